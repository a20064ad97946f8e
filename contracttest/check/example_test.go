package check_test

import (
	"fmt"
	"net/http"
	"time"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
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
	for exchange, err := range recording.Read("../recordings/images_get.cassette.yaml") {
		if err != nil {
			panic(err)
		}
		if exchange.Status == http.StatusNotFound {
			exchange.Body = []byte(`{"id":"not_found","message":"gone","hint":"none"}`)
			r.Add(exchange)
		}
	}
	for _, finding := range r.Findings {
		fmt.Println(finding.Severity, finding.Pointer, finding.Reason)
	}
	fmt.Println(r.CountAtLeast(check.Drift), baseline.Warnings(time.Now()))
	// Output:
	// accepted /hint The API tries out hints.
	// 0 []
}
