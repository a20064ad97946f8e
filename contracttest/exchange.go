package contracttest

import (
	"net/http"
	"net/url"
)

// Exchange is one request and the response to it, as recorded or as seen.
type Exchange struct {
	Source   string // where it comes from, such as images_list.cassette.yaml#3
	File     string // the recording that holds it, as it was named
	Redacted bool   // whether credentials may have been taken out

	Method        string
	URL           *url.URL
	RequestHeader http.Header
	RequestBody   []byte

	Status int
	Header http.Header
	Body   []byte
}
