package contracttest_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/openapi"
)

// What keeps the contract has no findings. This response lacks a field.
func Example_checkARecording() {
	contract, err := check.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	for exchange, err := range recording.Read("recordings/images_get.cassette.yaml") {
		if err != nil {
			panic(err)
		}
		if exchange.Status == http.StatusNotFound {
			exchange.Body = []byte(`{"id":"not_found"}`)
			for _, finding := range contract.Check(exchange) {
				fmt.Println(finding.Severity, finding.Check, finding.Pointer)
			}
		}
	}
	// Output:
	// breaking missing-field /message
}

// The cases that only read, as against an account in which nothing may change.
func ExampleRunCases() {
	target := contracttest.Target{Token: fakeapi.Token, Transport: fakeapi.New()}
	reading := slices.DeleteFunc(contracttest.Cases(), func(c contracttest.Case) bool { return c.Writes })
	results, report, err := contracttest.RunCases(context.Background(), target, reading...)
	if err != nil {
		panic(err)
	}
	failed := 0
	for _, result := range results {
		if result.Err != nil {
			failed++
		}
	}
	fmt.Println(failed, report.CountAtLeast(check.Breaking))
	// Output: 0 0
}
