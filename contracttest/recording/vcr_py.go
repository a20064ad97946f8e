package recording

import (
	"cmp"
	"net/http"
	"strings"

	"example.com/doimages/contracttest/traffic"
)

// vcrpy is how vcrpy writes, in YAML or JSON. Its tests often take the token out of the headers, so that a request
// without one is no fault of the client.
//
// https://vcrpy.readthedocs.io
var vcrpy = dialect{
	request: func(interaction fields) (method, address string) {
		request := object(interaction["request"])
		return strings.ToUpper(str(request["method"])), str(request["uri"])
	},
	sent: func(interaction fields) http.Header { return headerOf(object(interaction["request"])["headers"]) },
	fill: fillVCRPy,
}

func fillVCRPy(interaction fields, exchange *traffic.Exchange) (omitted *OmittedError) {
	request, response := object(interaction["request"]), object(interaction["response"])
	status := object(response["status"])["code"]
	if status == nil {
		status = response["status_code"] // as it wrote the responses of httpx for a while
	}
	if exchange.Status, omitted = statusOf(status); omitted != nil {
		return omitted
	}
	exchange.Redacted = true
	exchange.RequestBody, _ = vcrBody(request["body"])
	exchange.Header = headerOf(response["headers"])
	return setVCRBody(exchange, response["body"], response["content"])
}

// setVCRBody sets the body of a response to the first value that has one.
func setVCRBody(exchange *traffic.Exchange, values ...tree) *OmittedError {
	for _, value := range values {
		if body, ok := vcrBody(value); ok {
			exchange.Body = body
			return nil
		}
	}
	if hasNoBody(exchange.Method, exchange.Status) {
		return nil
	}
	return &OmittedError{Reason: NoBody}
}

// vcrBody returns a body that is a text, or an object with the text, plain or in Base64. It reports whether there is
// one.
func vcrBody(value tree) ([]byte, bool) {
	if body, ok := text(value); ok {
		return []byte(body), true
	}
	parts := object(value)
	for _, name := range []string{"base64_string", "base64string"} {
		if encoded, ok := text(parts[name]); ok {
			return decodeBase64(encoded), true
		}
	}
	body, ok := text(cmp.Or(parts["string"], parts["text"]))
	return []byte(body), ok
}
