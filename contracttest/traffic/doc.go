// Package traffic has what passes between a client and an API. An [Exchange] is one request and its response:
// recordings are read into it, transports capture it, and package check judges it.
//
// # Capturing
//
// [RoundTrip] sends a request and captures the exchange. A transport that records, checks or counts calls it instead of
// reading bodies and putting them back itself:
//
//	func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
//		resp, exchange, err := traffic.RoundTrip(t.next, req)
//		if err == nil {
//			t.see(exchange)
//		}
//		return resp, err
//	}
//
// # What belongs to the images API
//
// A recording of a service has exchanges with other APIs too. [IsImagesAPI] tells them apart.
//
// # Secrets
//
// An exchange is what was sent, with its token. Whatever prints or stores one has to take the secrets out of it first.
//
// The package imports the standard library, and the facts of the API in package openapi.
package traffic
