package recording

import (
	"cmp"
	"net/http"
	"strings"

	"example.com/doimages/contracttest/traffic"
)

// What the cassettes of several libraries have in common, which all follow Ruby's VCR.

// vcrRequest returns the method and the URL of an interaction.
func vcrRequest(interaction fields) (method, address string) {
	request := object(interaction["request"])
	return strings.ToUpper(str(request["method"])), str(request["uri"])
}

// vcrSent returns the headers of the request of an interaction.
func vcrSent(interaction fields) http.Header {
	return headerOf(object(interaction["request"])["headers"])
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
