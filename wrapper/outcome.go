package wrapper

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// outcome is what an attempt came to.
type outcome struct {
	status int            // 0 without a response
	resp   *http.Response // nil without one
	err    error          // why there is no response, or why its body is not whole
}

// pause returns how long to wait before another attempt: as long as the API asks, or else as long as backoff says.
func (o outcome) pause(backoff time.Duration) time.Duration {
	if o.resp != nil && responseOf(o.resp).details.RetryAfter > 0 {
		return responseOf(o.resp).details.RetryAfter
	}
	return backoff
}

// mayHaveActed reports whether the API may have acted on the attempt, and did not say so.
func (o outcome) mayHaveActed() bool {
	isRefusal := o.status/100 == 4 // also where its body broke off
	return !isRefusal && o.mayHaveReachedAPI()
}

// mayHaveReachedAPI reports whether the API may have acted: not if no connection was made or a limit refused the request.
func (o outcome) mayHaveReachedAPI() bool {
	var op *net.OpError
	unconnected := errors.As(o.err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
	return !unconnected && !isUntrusted(o.err) && o.status != http.StatusTooManyRequests
}

// failure is why an attempt is repeated.
func (o outcome) failure() error {
	if o.err != nil {
		return o.err
	}
	return fmt.Errorf("status %d", o.status)
}

func isUntrusted(err error) bool { return errors.As(err, new(*tls.CertificateVerificationError)) }
