package main

import (
	"net/http"

	"gopkg.in/dnaeon/go-vcr.v3/recorder"
)

func record(cassette string) (http.RoundTripper, func() error, error) {
	r, err := recorder.NewWithOptions(&recorder.Options{
		CassetteName: cassette,
		Mode:         recorder.ModeRecordOnly,
	})
	if err != nil {
		return nil, nil, err
	}
	return r, r.Stop, nil
}
