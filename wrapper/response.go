package wrapper

import (
	"bytes"
	"errors"
	"net/http"
)

// response is a response that was read to its end, and what is known of how it was got. It is the Body of what sender.Do
// returns, since that is what the generated client hands through.
type response struct {
	bytes.Reader        // for callers of the generated client
	body         []byte // as far as it came
	err          error  // why it is not whole
	details      Error  // what is said of it if it is no success, or cannot be used
}

// Close implements io.Closer.
func (r *response) Close() error { return nil }

// responseOf returns what sender.Do put into a response of the generated client.
func responseOf(resp *http.Response) *response { return resp.Body.(*response) }

// errTooLarge is a body that is larger than it may be.
var errTooLarge = errors.New("it is too large")
