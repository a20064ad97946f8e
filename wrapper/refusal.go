package wrapper

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// createImage is the operation whose refusal may come with an image.
const createImage = "images_create_custom"

// maxRefusal is how many bytes of a refusal are decoded. Those that people published have a few hundred.
const maxRefusal = 1 << 20

// refusal is what the API says in the body of a response that is not a success. It is the zero value if the body is of
// something else.
type refusal struct {
	id, message, requestID string
	imageID                int64 // of an image that the API may have made all the same
}

// readRefusal reads the first JSON value of a body, whatever follows: a create was refused with an error, a line end
// and the new image (nanovms/ops#1166, #1182).
func readRefusal(body []byte) refusal {
	// A decoder of a bytes.Buffer reads in place, so that no more is copied than what is asked for.
	decoder := jsontext.NewDecoder(bytes.NewBuffer(body[:min(len(body), maxRefusal)]), decodeOptions)
	var first struct {
		ID        jsontext.Value `json:"id"`
		Message   jsontext.Value `json:"message"`
		RequestID jsontext.Value `json:"request_id"`
	}
	if json.UnmarshalDecode(decoder, &first) != nil {
		return refusal{}
	}
	said := refusal{id: unquote(first.ID), message: unquote(first.Message), requestID: unquote(first.RequestID)}
	var second struct {
		Image struct {
			ID int64 `json:"id"`
		} `json:"image"`
	}
	if json.UnmarshalDecode(decoder, &second) == nil {
		said.imageID = max(second.Image.ID, 0)
	}
	return said
}

// unquote returns the text of a JSON string, and nothing for any other value.
func unquote(value jsontext.Value) string {
	if value.Kind() != '"' {
		return ""
	}
	text, _ := jsontext.AppendUnquote(nil, value) // the error is about invalid UTF-8, which it replaced
	return string(text)
}

// isOfAPI reports whether it is the API that says so. Of a 404 it has to say all that it does, since callers take it
// for the end of an image, and gateways and other servers send JSON of their own.
func (r refusal) isOfAPI(status int) bool {
	if status == http.StatusNotFound {
		return r.id != "" && r.message != ""
	}
	return r.id != "" || r.message != ""
}

// explain returns the error that a response with another status than a success is, with what its body says.
func (s *sender) explain(operationID string, resp *http.Response) *Error {
	e := responseOf(resp).details
	said := readRefusal(responseOf(resp).body)
	e.ID = s.token.clean(said.id)
	e.Message = s.token.clean(said.message)
	e.RequestID = cmp.Or(s.token.clean(said.requestID), e.RequestID)
	switch {
	case !said.isOfAPI(e.Status):
		e.isForeign = true
		e.Message = s.token.clean(describe(resp))
	case operationID == createImage && said.imageID != 0:
		e.ImageID, e.MayHaveActed = said.imageID, true
	}
	return &e
}

// describe says what came instead of an error of the API.
func describe(resp *http.Response) string {
	received := responseOf(resp)
	what := "the body is not an API error"
	switch {
	case resp.StatusCode/100 == 1:
		return "the server offers another protocol; its connection was closed"
	case resp.StatusCode/100 == 3:
		return "redirects are not followed" + redirectTarget(resp)
	case received.err != nil: // the end may be a part of the token, so nothing is quoted
		return fmt.Sprintf("the body cannot be used: %v", received.err)
	case resp.StatusCode == http.StatusNotFound:
		what = "not a response of the API; check the base URL"
	case len(received.body) == 0:
		return "the body is empty"
	}
	contentType := cmp.Or(resp.Header.Get("Content-Type"), "no content type")
	what += fmt.Sprintf(" (%s, %s)", contentType, count(len(received.body), "byte"))
	if quoted := excerpt(received.body); quoted != "" {
		what += ": " + quoted
	}
	return what
}

// redirectTarget returns the end of the message about a redirect: the host that it points to, but not the rest of the
// address, which may have secrets in it.
func redirectTarget(resp *http.Response) string {
	target, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || target.Host == "" {
		return ""
	}
	return ", this one points to " + target.Host
}
