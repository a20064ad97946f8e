package recording_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/wrapper"
)

// An HTTP Archive, as browsers and proxies save it.
func ExampleReadHAR() {
	archive := strings.NewReader(`{"log":{"entries":[
		{"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images/42"},"response":{"status":404,"content":{"text":"{}"}}},
		{"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images/43"},"response":{"status":0}}]}}`)
	for exchange, err := range recording.ReadHAR(archive, "session.har") {
		var omitted *recording.OmittedError
		switch {
		case errors.As(err, &omitted):
			fmt.Println(omitted)
		case err != nil:
			fmt.Println("the archive cannot be read:", err)
		default:
			fmt.Println(exchange.Source, exchange.Method, exchange.URL.Path, exchange.Status)
		}
	}
	// Output:
	// session.har#0 GET /v2/images/42 404
	// session.har#1: omitted: no response
}

// A recording holds no token, and says where it comes from.
func ExampleNewRecorder() {
	folder, err := os.MkdirTemp("", "recordings")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "images_get.cassette.yaml")
	recorder, err := recording.NewRecorder(fakeapi.New(), file) // a program has http.DefaultTransport
	if err != nil {
		panic(err)
	}
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: recorder}))
	if err != nil {
		panic(err)
	}
	_, err = client.GetBySlug(context.Background(), "debian-13-x64")
	fmt.Println(err, recorder.Close())

	for exchange, err := range recording.Read(file) {
		fmt.Println(exchange.URL.Path, exchange.RequestHeader["Authorization"], err)
	}
	provenance, err := recording.ReadProvenance(file)
	fmt.Println(provenance.Kind, err)
	// Output:
	// <nil> <nil>
	// /v2/images/debian-13-x64 [Bearer [redacted-1]] <nil>
	// recording of another server than the API <nil>
}
