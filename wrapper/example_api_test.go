package wrapper_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

var examplePolls atomic.Int32

// exampleAPI answers the requests of the examples, and nothing else.
func exampleAPI(w http.ResponseWriter, r *http.Request) {
	created := `{"image":{"created_at":"2018-09-20T19:28:00Z","description":"","distribution":"Ubuntu","error_message":"","id":38413969,` +
		`"name":"ubuntu-18.04-minimal","regions":["nyc3"],"type":"custom","tags":[],"status":"NEW"}}`
	status, body := 404, `{"id":"not_found","message":"The resource you requested could not be found."}`
	switch r.Method + " " + r.URL.Path {
	case "GET /v2/images":
		status, body = 200, `{"images":[
			{"id":7555620,"name":"Nifty New Snapshot","distribution":"Ubuntu","slug":null,"regions":["nyc2","nyc3"],"created_at":"2014-11-04T22:23:02Z","type":"snapshot","tags":[],"status":"available"},
			{"id":7555621,"name":"Another Snapshot","distribution":"Ubuntu","slug":null,"regions":["nyc2"],"created_at":"2014-11-04T22:23:02Z","type":"snapshot","tags":[],"status":"available"}
			],"links":{},"meta":{"total":2}}`
		if r.URL.Query().Get("type") == "distribution" {
			status, body = 200, `{"images":[
			{"id":63663980,"name":"20.04 (LTS) x64","distribution":"Ubuntu","slug":"ubuntu-20-04-x64","public":true,"regions":["nyc2","nyc3"],"created_at":"2020-05-15T05:47:50Z","type":"snapshot","tags":[],"status":"available"}
			],"links":{},"meta":{"total":1}}`
		}
	case "POST /v2/images":
		examplePolls.Store(0)
		status, body = 202, created
	case "GET /v2/images/38413969":
		now := []string{"NEW", "pending", "available"}[min(examplePolls.Add(1)-1, 2)]
		status, body = 200, strings.Replace(created, `"NEW"`, `"`+now+`"`, 1)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}
