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

// known is what a service has in a file, and embeds.
const known = `
findings:
  - check: undocumented-field
    operation: images_get
    pointer: /image/undocumented
    reason: Our gateway adds it.
    source: https://wiki.example.com/gateway#images
  - check: undocumented-field
    operation: images_delete
    reason: Our gateway sent a body last year.
    source: https://wiki.example.com/gateway#images
`

// What the baseline accepts can be in every response: it is left out of the log, and counts for the baseline, which
// then says which of its entries accepted nothing.
func ExampleNew() {
	contract, err := check.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	baseline, err := check.LoadBaseline([]byte(known))
	if err != nil {
		panic(err)
	}
	api := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.ExtraField()})) // instead of the network
	monitor := monitor.New(contract, api, monitor.Options{
		Sample:   1,
		Baseline: baseline,
		Report: func(f check.Finding) {
			if f.Severity != check.Accepted {
				fmt.Println(f.Severity, f.Check, f.Operation, f.Pointer)
			}
		},
	})
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: monitor}))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	image, err := client.GetBySlug(ctx, "debian-13-x64")
	if err != nil {
		panic(err)
	}
	fmt.Println(image.Name)
	for _, err := range client.ImagePages(ctx, wrapper.ListParams{PerPage: 1}) {
		if err != nil {
			panic(err)
		}
		break
	}
	monitor.Close()
	for _, stale := range baseline.Unused(contract) {
		fmt.Println(stale)
	}
	// Output:
	// 13 x64
	// drift undocumented-field images_list /images/0/undocumented
	// entry 2 of the baseline (undocumented-field images_delete) accepts nothing here
}
