package wrapper

import (
	"bytes"
	"errors"
	"net/http"
)

// response is a response that was read to its end. It is the Body of what [sender.Do] returns, since the generated
// client hands that through unchanged; responseOf gets it back.
type response struct {
	bytes.Reader        // of body, for callers of the generated client
	body         []byte // as far as it was received, without the token
	err          error  // why the body is truncated, if it is
	limits       limits // what its headers say
	details      Error  // the error that the response becomes if it is not a success or cannot be used
}

// Close implements io.Closer. The connection was released when the body was read.
func (r *response) Close() error { return nil }

// responseOf returns what [sender.Do] made of a response of the generated client.
func responseOf(resp *http.Response) *response { return resp.Body.(*response) }

// errTooLarge is the error of a body with more bytes than WithMaxResponseBytes allows.
var errTooLarge = errors.New("too large")
