package recording

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"example.com/doimages/contracttest/traffic"
)

// dialect is how a maker writes an exchange into a document that is read as a whole.
type dialect struct {
	// request returns the method and the URL of an exchange.
	request func(fields) (method, address string)
	// sent returns the headers of its request.
	sent func(fields) http.Header
	// fill sets the rest of an exchange. Method, URL and the headers of the request are set.
	fill func(fields, *traffic.Exchange) *OmittedError
	// took returns how long an exchange took. It is nil for a maker that does not write it.
	took func(fields) time.Duration
}

// tape is a document with exchanges, which one dialect knows.
type tape struct {
	dialect
	exchanges list
	origins   map[int]ExchangeOrigin // what the provenance says of each
	hidden    []string               // tokens that are not in the headers of requests
}

// readCassette yields the exchanges of a cassette. It reports whether to go on.
func (r Reader) readCassette(name string, c tape, yield func(traffic.Exchange, error) bool) bool {
	var known secrets
	for _, token := range c.hidden {
		known.addCredentials(token)
	}
	for _, value := range c.exchanges {
		if _, omitted := r.want(c.request(object(value))); omitted == nil {
			known.addHeader(c.sent(object(value)))
		}
	}
	for i, value := range c.exchanges {
		exchange, omitted := r.cassetteExchange(c, object(value))
		source := fmt.Sprintf("%s#%d", name, i)
		if omitted != nil {
			omitted.Source = source
			if !yield(traffic.Exchange{}, omitted) {
				return false
			}
			continue
		}
		exchange.Source, exchange.Secrets = source, known.list
		c.setOrigin(i, &exchange)
		if !yield(exchange, nil) {
			return false
		}
	}
	return true
}

func (r Reader) cassetteExchange(c tape, value fields) (traffic.Exchange, *OmittedError) {
	if value == nil {
		return traffic.Exchange{}, &OmittedError{Reason: Unusable, Detail: "not a recording of a request and its response"}
	}
	method, address := c.request(value)
	u, omitted := r.want(method, address)
	if omitted != nil {
		return traffic.Exchange{}, omitted
	}
	exchange := traffic.Exchange{
		Method:        method,
		URL:           u,
		RequestHeader: c.sent(value),
	}
	if omitted := c.fill(value, &exchange); omitted != nil {
		omitted.URL = u
		return traffic.Exchange{}, omitted
	}
	return exchange, nil
}

// setOrigin sets what the provenance says of an exchange: when it began, for which cassettes have no place.
func (c tape) setOrigin(i int, exchange *traffic.Exchange) {
	origin := c.origins[i]
	exchange.Redacted = exchange.Redacted || origin.Redacted
	if origin.Began.IsZero() {
		return
	}
	exchange.Began, exchange.Ended = origin.Began, origin.Began
	if c.took != nil {
		exchange.Ended = origin.Began.Add(c.took(object(c.exchanges[i])))
	}
}

// statusOf returns the status of a response.
func statusOf(value tree) (int, *OmittedError) {
	status, err := strconv.Atoi(str(value))
	if err != nil || status <= 0 || status > 999 {
		return 0, &OmittedError{Reason: Unusable, Detail: "its response has no status"}
	}
	return status, nil
}
