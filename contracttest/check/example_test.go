package check_test

import (
	"fmt"
	"net/http"
	"time"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// What is known and explained fails nothing.
func ExampleLoadBaseline() {
	baseline, err := check.LoadBaseline([]byte(`
findings:
  - check: undocumented-field
    pointer: /hint
    reason: The API tries out hints.
    source: its changelog of May
`))
	if err != nil {
		panic(err)
	}
	contract, err := check.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	r := report.New(contract, baseline)
	_, err = recording.ReadFile("../recordings/images_get.cassette.yaml", func(exchange traffic.Exchange) error {
		if exchange.Status == http.StatusNotFound {
			exchange.Body = []byte(`{"id":"not_found","message":"gone","hint":"none"}`)
			r.Add(exchange)
		}
		return nil
	})
	for _, finding := range r.Findings {
		fmt.Println(finding.Severity, finding.Pointer, finding.Reason)
	}
	fmt.Println(r.CountAtLeast(check.Drift), baseline.Warnings(time.Now()), err)
	// Output:
	// accepted /hint The API tries out hints.
	// 0 [] <nil>
}
