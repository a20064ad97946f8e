package wrapper

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// operation names one call, for its errors.
type operation struct {
	id   string // in the contract, such as images_get
	what string // what the call does, such as "get image 42"; its errors begin with it
}

// wrap returns an error with what was tried in front of it. That may hold the token, if a caller passed it as a slug.
func (c *Client) wrap(op operation, err error) error {
	return fmt.Errorf("%s: %w", c.send.token.clean(op.what), err)
}

// decodeResult turns the response to one request into a T, and everything else into an error. resp and err are what the
// generated client returned. A success has to decode into an E, out of which open takes the T, or returns what is
// wrong with it.
func decodeResult[E, T any](
	c *Client, op operation, open func(*E) (*T, error), resp *http.Response, err error,
) (*T, error) {
	return decodeInto(c, op, new(E), open, resp, err)
}

// decodeInto is decodeResult with an envelope whose fields keep their values if the response does not have them.
func decodeInto[E, T any](
	c *Client, op operation, envelope *E, open func(*E) (*T, error), resp *http.Response, err error,
) (*T, error) {
	if err := c.failure(op, resp, err); err != nil {
		return nil, err
	}
	received := responseOf(resp)
	if err := checkCost(received.body, c.send.maxResponseBytes); err != nil {
		return nil, c.invalid(op, received, err)
	}
	if err := decode(received.body, envelope); err != nil {
		return nil, c.invalid(op, received, err)
	}
	value, err := open(envelope)
	if err != nil {
		return nil, c.invalid(op, received, err)
	}
	return value, nil
}

// noContent is decodeResult for operations whose success has no body. A body that is not JSON still is an error: it
// comes from something other than the API, such as a login page, and nothing was done.
func (c *Client) noContent(op operation, resp *http.Response, err error) error {
	if err := c.failure(op, resp, err); err != nil {
		return err
	}
	received := responseOf(resp)
	if strings.TrimSpace(string(received.body)) == "" {
		return nil
	}
	if _, err := Decode[jsontext.Value](received.body); err != nil {
		return c.invalid(op, received, err)
	}
	return nil
}

// failure returns why a request failed, or nil for a success.
func (c *Client) failure(op operation, resp *http.Response, err error) error {
	var e *Error
	switch {
	case errors.As(err, &e): // of sender.Do
	case err != nil:
		return c.wrap(op, err) // the request could not be built
	case resp.StatusCode/100 == 2:
		return nil
	default:
		e = c.send.explain(op.id, resp)
	}
	e.Operation = op.id
	return c.wrap(op, e)
}

// invalid is the error of a success that cannot be used. It keeps nothing of the body in memory: the details are
// copied, and of err, which may hold a value of any size, only the text is kept.
func (c *Client) invalid(op operation, received *response, err error) error {
	text := c.send.token.clean(err.Error())
	e := received.details
	e.Operation = op.id
	e.Message = "the response cannot be used: " + text
	e.err = errors.New(text)
	return c.wrap(op, &e)
}

// checkID returns an error if an id that a caller gave cannot be one. A 0 is mostly a mistake, such as a field that
// nobody filled in. What the API would say to it is unknown.
func checkID(what string, id int64) error {
	if id <= 0 {
		return fmt.Errorf("the %s id is %d, but ids are positive", what, id)
	}
	return nil
}

// checkIdentity returns an error if a decoded image or action is the zero value, to which a body such as {} decodes.
// If want is not 0, any other id is an error, too.
func checkIdentity(id int64, status string, want int64) error {
	switch {
	case id == 0:
		return errors.New("the id is missing")
	case id < 0:
		return fmt.Errorf("the id is %d, but ids are positive", id)
	case want != 0 && id != want:
		return fmt.Errorf("the id is %d, expected %d", id, want)
	case status == "":
		return fmt.Errorf("item %d has no status", id)
	}
	return nil
}
