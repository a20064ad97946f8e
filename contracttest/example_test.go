package contracttest_test

import (
	"context"
	"fmt"
	"net/http"

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
