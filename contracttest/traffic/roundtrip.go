package traffic

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// RoundTrip sends a request through next and returns the response with the exchange that they were. Neither is
// changed, except where the status is 1xx. The body of the response can still be read, and is truncated where the
// server's was. The caller has to close it.
//
// A response with a status of 1xx has no body here. That of 101 is the connection: net/http leaves it open whatever
// becomes of the context, and a server may never close it. So RoundTrip closes it.
//
// The body of the request is read whole, and closed. Of the body of the response the exchange has at most MaxBody+1
// bytes, which is enough to see that it is too large. Source and File of the exchange are the caller's to set.
//
// An error is that of next, or of reading the request's body. The exchange then has no response. A response whose
// body is truncated is not an error here: the exchange is marked as Truncated, and whoever reads the body gets the
// error.
func RoundTrip(next http.RoundTripper, req *http.Request) (*http.Response, Exchange, error) {
	u := *req.URL // the caller may change its own once it has the response
	exchange := Exchange{
		Method:        req.Method,
		URL:           &u,
		RequestHeader: req.Header.Clone(),
	}
	sent, body, err := withBody(req)
	if err != nil {
		return nil, exchange, err
	}
	exchange.RequestBody = body
	exchange.Began = time.Now()
	resp, err := next.RoundTrip(sent)
	if err != nil {
		return nil, exchange, err
	}
	if resp == nil {
		return nil, exchange, errors.New("the transport returned neither a response nor an error")
	}
	if resp.Body == nil { // of a mock: net/http always sets it
		resp.Body = http.NoBody
	}
	resp.Body = bounded{ReadCloser: resp.Body, ctx: req.Context()}
	exchange.Status = resp.StatusCode
	exchange.Header = resp.Header.Clone()
	if exchange.Status/100 == 1 {
		_ = resp.Body.Close()
		resp.Body = http.NoBody
	}
	exchange.Body, err = io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	exchange.Ended = time.Now()
	exchange.Truncated = err != nil
	if err == nil && len(exchange.Body) <= MaxBody {
		err = io.EOF // it stays whole, though the context may end before it is read again
	}
	resp.Body = &replayed{
		Reader: io.MultiReader(bytes.NewReader(exchange.Body), rest{body: resp.Body, err: err}),
		Closer: resp.Body,
	}
	return resp, exchange, nil
}

// bounded is a body that ends with the context of its request. That of a caller's transport need not do so by itself.
type bounded struct {
	io.ReadCloser
	ctx context.Context
}

// Read implements [io.Reader].
func (b bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.ReadCloser.Read(p)
}

// withBody returns a request that can be sent in the place of another, and the body of both. It closes the body of the
// other, as a transport has to.
func withBody(req *http.Request) (*http.Request, []byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, nil, nil
	}
	defer req.Body.Close()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, nil, err
	}
	sent := req.Clone(req.Context()) // a transport must not change the caller's request
	sent.Body = io.NopCloser(bytes.NewReader(body))
	return sent, body, nil
}

// replayed is a body of which a part was read before. It still has to be closed: until then the connection is not
// free for the next request.
type replayed struct {
	io.Reader
	io.Closer
}

// rest is what follows the part of a body that was read: the error that ended it, or more.
type rest struct {
	body io.Reader
	err  error
}

// Read implements [io.Reader].
func (r rest) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.body.Read(p)
}
