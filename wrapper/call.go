package wrapper

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"example.com/doimages/gen"
)

// call turns the answer to one request into a T. A success must decode into an envelope E, out of which open takes the
// T, or says what is wrong with it. Errors begin with what was tried.
func call[E, T any](c *Client, operation, what string, open func(*E) (*T, string), resp *http.Response, err error) (*T, error) {
	if err = c.failure(operation, what, resp, err); err != nil {
		return nil, err
	}
	received := responseOf(resp)
	envelope, err := Decode[E](received.body)
	if err == nil {
		result, problem := open(envelope)
		if problem == "" {
			return result, nil
		}
		err = errors.New(problem)
	}
	e := received.details // a copy, which does not hold on to the body
	if e.Message = c.send.redact.clean(err.Error()); e.Message != err.Error() {
		err = errors.New(e.Message) // it quotes what was sent: the token, or too much
	}
	e.Operation, e.err, e.Message = operation, err, "the response cannot be used: "+e.Message
	return nil, fmt.Errorf("%s: %w", what, &e)
}

// failure returns why a request failed, or nil if it was answered with success.
func (c *Client) failure(operation, what string, resp *http.Response, err error) error {
	var e *Error
	switch {
	case errors.As(err, &e):
	case err == nil && resp.StatusCode/100 == 2:
		return nil
	case err == nil:
		e = c.send.explain(resp)
	default: // the request could not be made
		return fmt.Errorf("%s: %w", what, err)
	}
	e.Operation = operation
	return fmt.Errorf("%s: %w", what, e)
}

// done returns why a request failed whose success has nothing to say: one with a body that is no JSON comes from
// somebody else than the API, and nothing was done.
func (c *Client) done(operation, what string, resp *http.Response, err error) error {
	if err = c.failure(operation, what, resp, err); err != nil || strings.TrimSpace(string(responseOf(resp).body)) == "" {
		return err
	}
	_, err = call(c, operation, what, func(*any) (*struct{}, string) { return nil, "" }, resp, nil)
	return err
}

// explain returns the error that an answer is, with what its body says.
func (s *sender) explain(resp *http.Response) *Error {
	body, e := responseOf(resp).body, responseOf(resp).details
	switch said, err := Decode[gen.Error](body); {
	case err == nil && said.Message != "":
		e.ID, e.Message, e.RequestID = s.redact.clean(said.ID), s.redact.clean(said.Message), cmp.Or(s.redact.clean(said.RequestID), e.RequestID)
	case resp.StatusCode/100 == 3:
		e.Message = "redirects are not followed"
		if to, err := url.Parse(resp.Header.Get("Location")); err == nil && to.Host != "" {
			e.Message += s.redact.clean(", this one leads to " + to.Host)
		}
	case len(body) == 0:
		e.Message = "the body is empty"
	default:
		e.Message = s.redact.clean(fmt.Sprintf("the body is no error of the API (%s, %d bytes)", cmp.Or(resp.Header.Get("Content-Type"), "no content type"), len(body)))
	}
	return &e
}

// problem tells a decoded image or action from the zero value that a body such as {} decodes to, and from another one
// than the one that was asked for, if it was one.
func problem(id int64, status string, asked int64) string {
	switch {
	case id == 0:
		return "it has no id"
	case asked != 0 && id != asked:
		return fmt.Sprintf("it holds %d, not %d", id, asked)
	case status == "":
		return fmt.Sprintf("%d has no status", id)
	}
	return ""
}
