package fakeapi

import (
	"encoding/json"
	"errors"
	"net/http"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

// refusal is an error of the API: its status, and the id and message of its body. doc.go says which are documented.
type refusal struct {
	status  int
	id      string
	message string
}

func (r *refusal) Error() string { return r.message }

var (
	errBadRequest = &refusal{
		status:  http.StatusBadRequest,
		id:      "bad_request",
		message: "error parsing request body",
	}
	errUnauthorized = &refusal{
		status:  http.StatusUnauthorized,
		id:      "Unauthorized",
		message: "Unable to authenticate you",
	}
	errForbidden = &refusal{
		status:  http.StatusForbidden,
		id:      "Forbidden",
		message: "You are not authorized to perform this operation",
	}
	errNotFound = &refusal{
		status:  http.StatusNotFound,
		id:      "not_found",
		message: "The resource you were accessing could not be found.",
	}
	errNoSuchAction = &refusal{
		status:  http.StatusNotFound,
		id:      "not_found",
		message: "The specified action type is not available.",
	}
	errMethodNotAllowed = &refusal{
		status:  http.StatusMethodNotAllowed,
		id:      "method_not_allowed",
		message: "The method is not allowed for this resource.",
	}
	errTooMany = &refusal{
		status:  http.StatusTooManyRequests,
		id:      "too_many_requests",
		message: "API rate limit exceeded.",
	}
	errServer = &refusal{
		status:  http.StatusInternalServerError,
		id:      "internal_server_error",
		message: "Unexpected server-side error",
	}
)

// refuse returns the 422 for a request that was understood and cannot be carried out.
func refuse(message string) *refusal {
	return &refusal{
		status:  http.StatusUnprocessableEntity,
		id:      "unprocessable_entity",
		message: message,
	}
}

// refuseBody responds to a body that the generated server could not read.
func refuseBody(w http.ResponseWriter, _ *http.Request, _ error) { writeError(w, errBadRequest) }

// refuseParameter responds to a parameter that the generated server could not read. An id in the path that is not a
// number names nothing, so it is a 404; anything else is a 422.
func refuseParameter(w http.ResponseWriter, _ *http.Request, err error) {
	var format *server.InvalidParamFormatError
	if errors.As(err, &format) && (format.ParamName == "image_id" || format.ParamName == "action_id") {
		writeError(w, errNotFound)
		return
	}
	writeError(w, refuse(err.Error()))
}

// refuseOperation responds with the error that the handler of an operation returned.
func refuseOperation(w http.ResponseWriter, _ *http.Request, err error) { writeError(w, err) }

// writeError writes an error of the API. One that is not a refusal is a mistake in the fake, and becomes a 500.
func writeError(w http.ResponseWriter, err error) {
	var r *refusal
	if !errors.As(err, &r) {
		r = errServer
	}
	body := gen.Error{ID: r.id, Message: r.message}
	if namesRequest(r.status) {
		body.RequestID = w.Header().Get(requestIDHeader)
	}
	if r.status == http.StatusUnauthorized {
		removeLimits(w.Header())
	}
	w.Header().Set("Content-Type", contentType(r.status))
	w.WriteHeader(r.status)
	_ = json.NewEncoder(w).Encode(body)
}

// namesRequest reports whether the body of an error carries the request id, as its header always does. The bodies of
// these statuses were seen without.
func namesRequest(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return false
	}
	return true
}

// contentType returns the media type of a JSON body. With these statuses it was seen without a charset.
func contentType(status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable:
		return "application/json"
	}
	return "application/json; charset=utf-8"
}
