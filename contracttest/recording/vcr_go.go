package recording

import (
	"time"

	"example.com/doimages/contracttest/traffic"
)

// goVCR is how go-vcr writes: versions 1 and 2 of the library have version 1 of the format, 3 and 4 have version 2.
// What is read of them is the same.
//
// https://pkg.go.dev/gopkg.in/dnaeon/go-vcr.v4/pkg/cassette
var goVCR = dialect{
	request: func(interaction fields) (method, address string) {
		request := object(interaction["request"])
		return str(request["method"]), str(request["url"])
	},
	sent: vcrSent,
	fill: fillGoVCR,
	took: func(interaction fields) time.Duration {
		took, err := time.ParseDuration(str(object(interaction["response"])["duration"]))
		if err != nil {
			return 0 // version 1 may leave it empty
		}
		return took
	},
}

func fillGoVCR(interaction fields, exchange *traffic.Exchange) (omitted *OmittedError) {
	request, response := object(interaction["request"]), object(interaction["response"])
	if exchange.Status, omitted = statusOf(response["code"]); omitted != nil {
		return omitted
	}
	exchange.RequestBody = []byte(str(request["body"]))
	exchange.Header = headerOf(response["headers"])
	exchange.Body = []byte(str(response["body"]))
	return nil
}
