package fakeapi

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Status responds with an error of this status, with the headers and the id that the API's errors of this status have.
// The statuses from 520 to 530 are Cloudflare's, which stands in front of the API and sends a page in HTML. The request
// is not carried out.
func Status(status int) Effect {
	return Effect{
		name: "status",
		replace: func(b *buffer) {
			if status >= 520 && status <= 530 {
				writePage(b, status)
				return
			}
			writeError(b, &refusal{
				status:  status,
				id:      errorID(status),
				message: "an injected fault",
			})
		},
	}
}

// errorID returns the id of the API's errors of a status.
func errorID(status int) string {
	for _, known := range []*refusal{errUnauthorized, errForbidden} {
		if known.status == status {
			return known.id
		}
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}

// BurstLimit responds with the 429 of the limit per minute. Its retry-after is in whole seconds and rounded up. The
// request is not carried out.
//
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
func BurstLimit(retryAfter time.Duration) Effect {
	return Effect{
		name:    "burst",
		replace: respondTooMany,
		headers: func(h http.Header) {
			setUsedUp(h, 0)
			h.Set("retry-after", wholeSeconds(retryAfter))
		},
	}
}

// HourlyLimit responds with the 429 of the limit per hour, which has no retry-after. Its ratelimit-reset is this far
// from now, in the past if negative. The request is not carried out.
//
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
func HourlyLimit(reset time.Duration) Effect {
	return Effect{
		name:    "hourly",
		replace: respondTooMany,
		headers: func(h http.Header) { setUsedUp(h, reset) },
	}
}

func respondTooMany(b *buffer) { writeError(b, errTooMany) }

// setUsedUp says that no request is left until reset has passed.
func setUsedUp(h http.Header, reset time.Duration) {
	h.Set("ratelimit-remaining", "0")
	h.Set("ratelimit-reset", strconv.FormatInt(time.Now().Add(reset).Unix(), 10))
}

// Redirect responds with 307 and this location. The request is not carried out. The contract has no redirects: a client
// that holds a token should not follow one.
func Redirect(location string) Effect {
	return Effect{
		name: "redirect",
		replace: func(b *buffer) {
			b.header.Set("Location", location)
			b.WriteHeader(http.StatusTemporaryRedirect)
		},
	}
}

// GatewayPage responds with 502 and a gateway's HTML page instead of an error of the API, without rate-limit headers.
// The request is not carried out.
func GatewayPage() Effect {
	return Effect{
		name:    "html",
		replace: func(b *buffer) { writePage(b, http.StatusBadGateway) },
	}
}

// writePage writes the page of a gateway that stands in front of the API.
func writePage(b *buffer, status int) {
	removeLimits(b.header)
	b.header.Set("Content-Type", "text/html")
	b.WriteHeader(status)
	title := strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
	_, _ = fmt.Fprintf(b, "<html><body><h1>%s</h1></body></html>\n", title)
}
