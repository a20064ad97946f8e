package monitor_test

import (
	"context"
	"fmt"
	"net/http"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/monitor"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

func ExampleNew() {
	contract, err := check.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	api := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.ExtraField()})) // instead of the network
	monitor := monitor.New(contract, api, monitor.Options{
		Sample: 1,
		Report: func(f check.Finding) { fmt.Println(f.Severity, f.Check, f.Pointer) },
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
