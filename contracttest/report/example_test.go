package report_test

import (
	"fmt"
	"net/http"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// A report follows many exchanges, and finds what none of them shows by itself.
func ExampleReport() {
	var read traffic.Exchange
	for exchange, err := range recording.Read("../recordings/images_get.cassette.yaml") {
		if err != nil {
			panic(err)
		}
		if exchange.Status == http.StatusOK {
			read = exchange
		}
	}
	deleted := traffic.Exchange{
		Method:        http.MethodDelete,
		URL:           read.URL,
		RequestHeader: read.RequestHeader,
		Status:        http.StatusNoContent,
		Header:        read.Header,
	}

	contract, err := check.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	r := report.New(contract)
	for _, exchange := range []traffic.Exchange{read, deleted, read} {
		r.Add(exchange)
	}
	for _, finding := range r.Findings {
		fmt.Println(finding.Severity, finding.Check, finding.Message)
	}
	fmt.Println(r.Exchanges, "exchanges,", r.CountAtLeast(check.Breaking), "breaking")
	// Output:
	// breaking sequence-deleted image 6918990 was deleted before, and is served again
	// 3 exchanges, 1 breaking
}
