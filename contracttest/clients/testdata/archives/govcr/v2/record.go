package main

import (
	"net/http"

	"gopkg.in/dnaeon/go-vcr.v2/recorder"
)

func record(cassette string) (http.RoundTripper, func() error, error) {
	r, err := recorder.NewAsMode(cassette, recorder.ModeRecording, nil)
	if err != nil {
		return nil, nil, err
	}
	return r, r.Stop, nil
}
