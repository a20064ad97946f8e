package contracttest_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

func ExampleContract_Check() {
	contract, err := contracttest.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	_, err = contracttest.ReadFile("recordings/images_get.cassette.yaml", func(exchange contracttest.Exchange) error {
		if exchange.Status == http.StatusNotFound {
			exchange.Body = []byte(`{"id":"not_found"}`)
			for _, finding := range contract.Check(exchange) {
				fmt.Println(finding.Severity, finding.Check, finding.Pointer)
			}
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// breaking missing-field /message
	// <nil>
}

// A report follows many exchanges, and finds what none of them shows alone.
func ExampleReport() {
	exchanges, err := contracttest.ReadCassette("recordings/images_get.cassette.yaml")
	if err != nil {
		panic(err)
	}
	read := exchanges[1]
	deleted := contracttest.Exchange{
		Method: http.MethodDelete, URL: read.URL, RequestHeader: read.RequestHeader, Status: http.StatusNoContent, Header: read.Header,
	}

	contract, err := contracttest.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	report := contracttest.NewReport(contract)
	for _, exchange := range []contracttest.Exchange{read, deleted, read} {
		report.Add(exchange)
	}
	for _, finding := range report.Findings {
		fmt.Println(finding.Severity, finding.Check, finding.Message)
	}
	fmt.Println(report.Exchanges, "exchanges,", report.CountAtLeast(contracttest.Breaking), "breaking")
	// Output:
	// breaking sequence-deleted image 6918990 was deleted before, and is served again
	// 3 exchanges, 1 breaking
}

// What is known and explained fails nothing.
func ExampleLoadBaseline() {
	baseline, err := contracttest.LoadBaseline([]byte(`
findings:
  - check: undocumented-field
    pointer: /hint
    reason: The API tries out hints.
    source: its changelog of May
`))
	if err != nil {
		panic(err)
	}
	contract, err := contracttest.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	report := contracttest.NewReport(contract, baseline)
	_, err = contracttest.ReadFile("recordings/images_get.cassette.yaml", func(exchange contracttest.Exchange) error {
		if exchange.Status == http.StatusNotFound {
			exchange.Body = []byte(`{"id":"not_found","message":"gone","hint":"none"}`)
			report.Add(exchange)
		}
		return nil
	})
	for _, finding := range report.Findings {
		fmt.Println(finding.Severity, finding.Pointer, finding.Reason)
	}
	fmt.Println(report.CountAtLeast(contracttest.Drift), baseline.Warnings(time.Now()), err)
	// Output:
	// accepted /hint The API tries out hints.
	// 0 [] <nil>
}

// An HTTP Archive, as browsers and proxies save it.
func ExampleReadHAR() {
	archive := strings.NewReader(`{"log":{"entries":[
		{"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images/42"},"response":{"status":404,"content":{"text":"{}"}}},
		{"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images/43"},"response":{"status":0}}]}}`)
	left, err := contracttest.ReadHAR(archive, "session.har", func(e contracttest.Exchange) error {
		fmt.Println(e.Source, e.Method, e.URL.Path, e.Status)
		return nil
	})
	fmt.Println(left, "without an answer", err)
	// Output:
	// session.har#0 GET /v2/images/42 404
	// 1 without an answer <nil>
}

// A recording holds no token, and says where it comes from.
func ExampleNewRecorder() {
	folder, err := os.MkdirTemp("", "recordings")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "images_get.cassette.yaml")
	recorder, err := contracttest.NewRecorder(fakeapi.New(), file) // a program has http.DefaultTransport
	if err != nil {
		panic(err)
	}
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: recorder}))
	if err != nil {
		panic(err)
	}
	_, err = client.GetBySlug(context.Background(), "debian-13-x64")
	fmt.Println(err, recorder.Close())

	exchanges, err := contracttest.ReadCassette(file)
	fmt.Println(exchanges[0].URL.Path, exchanges[0].RequestHeader["Authorization"], err)
	provenance, err := contracttest.ReadProvenance(file)
	fmt.Println(provenance.Kind, err)
	// Output:
	// <nil> <nil>
	// /v2/images/debian-13-x64 [REDACTED] <nil>
	// recording of another server than the API <nil>
}

// The cases that only read, as against an account in which nothing may change.
func ExampleRunCases() {
	target := contracttest.Target{Token: fakeapi.Token, Transport: fakeapi.New()}
	reading := slices.DeleteFunc(contracttest.Cases(), func(c contracttest.Case) bool { return c.Writes })
	results, report, err := contracttest.RunCases(context.Background(), target, reading...)
	if err != nil {
		panic(err)
	}
	passed := 0
	for _, result := range results {
		if result.Err == nil && result.Skipped == "" {
			passed++
		}
	}
	fmt.Println(passed == len(reading), report.CountAtLeast(contracttest.Breaking))
	// Output: true 0
}

func ExampleTransport() {
	contract, err := contracttest.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	api := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.ExtraField()})) // stands for the network
	monitor := contracttest.Transport(contract, api, contracttest.MonitorOptions{
		Sample: 1,
		Report: func(f contracttest.Finding) { fmt.Println(f.Severity, f.Check, f.Pointer) },
	})
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: monitor}))
	if err != nil {
		panic(err)
	}
	image, err := client.GetBySlug(context.Background(), "debian-13-x64")
	monitor.Close()
	fmt.Println(image.Name, err)
	// Output:
	// drift undocumented-field /image/undocumented
	// 13 x64 <nil>
}
