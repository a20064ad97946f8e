package main

import (
	"net/http"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
)

func record(cassette string) (http.RoundTripper, func() error, error) {
	r, err := recorder.New(cassette, recorder.WithMode(recorder.ModeRecordOnly))
	if err != nil {
		return nil, nil, err
	}
	return r, r.Stop, nil
}
