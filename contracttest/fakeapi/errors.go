package fakeapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"example.com/doimages/gen"
)

// refusal is an error of the API.
type refusal struct {
	status  int
	id      string
	message string
}

func (r *refusal) Error() string { return r.message }

var (
	errBadRequest   = &refusal{400, "bad_request", "error parsing request body"}
	errUnauthorized = &refusal{401, "unauthorized", "Unable to authenticate you."}
	errForbidden    = &refusal{403, "forbidden", "You are not authorized to perform this operation."}
	errNotFound     = &refusal{404, "not_found", "The resource you requested could not be found."}
	errTooMany      = &refusal{429, "too_many_requests", "API rate limit exceeded."}
)

// refuse is a request that was understood and cannot be carried out.
func refuse(format string, args ...any) *refusal {
	return &refusal{422, "unprocessable_entity", fmt.Sprintf(format, args...)}
}

func refuseBody(w http.ResponseWriter, _ *http.Request, _ error) {
	writeError(w, errBadRequest)
}

func writeError(w http.ResponseWriter, err error) {
	var r *refusal
	if !errors.As(err, &r) {
		r = &refusal{500, "server_error", "Unexpected server-side error"}
	}
	body := gen.Error{ID: r.id, Message: r.message}
	if b, ok := w.(*buffer); ok && r.status != 401 {
		body.RequestID = b.requestID
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	_ = json.NewEncoder(w).Encode(body)
}
