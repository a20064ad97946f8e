package wrapper

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// outcome is what an attempt came to: a response, an error, or both if the response is truncated.
type outcome struct {
	status int            // 0 without a response
	resp   *http.Response // nil without a response
	err    error          // why there is no response, or why its body is truncated
	reach  reach
	gaveUp string // why the request is not repeated, though it is worth it and attempts are left
}

// reach is how far an attempt came.
type reach int

const (
	reachUnknown reach = iota
	reachNothing       // nothing was sent, as there was no connection
	reachServer        // there was one, to a server or a proxy
)

// pause returns how long to wait before another attempt: as long as the API asks, or else as long as backoff says.
func (o outcome) pause(backoff time.Duration) time.Duration {
	if o.resp != nil && responseOf(o.resp).details.RetryAfter > 0 {
		return responseOf(o.resp).details.RetryAfter
	}
	return backoff
}

// mayHaveActed reports whether the API may have acted on the attempt without saying so. A refusal counts as said even
// if its body is truncated: the status is enough.
func (o outcome) mayHaveActed() bool {
	isRefusal := o.status/100 == 4
	return !isRefusal && o.mayHaveReachedAPI()
}

// mayHaveReachedAPI reports whether the API may have acted on the attempt at all. It has not if no connection was
// made, or if a rate limit refused the request.
func (o outcome) mayHaveReachedAPI() bool {
	if o.status == http.StatusTooManyRequests || o.reach == reachNothing {
		return false
	}
	return o.reach == reachServer || !isUnconnected(o.err)
}

// isUnconnected reports whether the type of an error shows that no connection was made. It is for transports that do
// not show it better. One that sends a request again by itself may fail in this way after it was sent.
func isUnconnected(err error) bool {
	var op *net.OpError
	return isUntrusted(err) || errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

// failure says why the attempt is repeated.
func (o outcome) failure() error {
	if o.err != nil {
		return o.err
	}
	return fmt.Errorf("status %d", o.status)
}

// isUntrusted reports whether the server's certificate was refused, which happens before a request is sent.
func isUntrusted(err error) bool { return errors.As(err, new(*tls.CertificateVerificationError)) }
