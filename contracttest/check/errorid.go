package check

import (
	"fmt"
	"net/http"
	"strings"
)

// statusOfError is the status that the id of an error belongs to, in lower case. Those of the images
// API are in the contract. Others are of other resources: conflict and precondition_failed in the
// published document, internal_server_error in matt-major/do-wrapper#48 (2020), service_unavailable in
// Gamocosm/Gamocosm#96 (2019). Ids are names for statuses, so that each has one.
var statusOfError = map[string]int{
	"bad_request":           http.StatusBadRequest,
	"unauthorized":          http.StatusUnauthorized,
	"forbidden":             http.StatusForbidden,
	"not_found":             http.StatusNotFound,
	"conflict":              http.StatusConflict,
	"precondition_failed":   http.StatusPreconditionFailed,
	"unprocessable_entity":  http.StatusUnprocessableEntity,
	"too_many_requests":     http.StatusTooManyRequests,
	"server_error":          http.StatusInternalServerError,
	"internal_server_error": http.StatusInternalServerError,
	"service_unavailable":   http.StatusServiceUnavailable,
}

// longestErrorID is the length of the longest of them.
const longestErrorID = len("internal_server_error")

// hasErrorID reports whether an id is known that belongs to a status.
func hasErrorID(status int) bool {
	for _, known := range statusOfError {
		if known == status {
			return true
		}
	}
	return false
}

// checkErrorID demands that an error not have the id of another status. Case makes no difference:
// Unauthorized and Forbidden were seen as well (JupiterOne/graph-digitalocean, 2022;
// nicois/openbao-cloud-creds, 2026). Of an id that is not known nothing is demanded, nor of a status
// without one: that status is what is wrong, and has been found.
func (c *checker) checkErrorID(id field[string]) {
	if len(id.value) > longestErrorID { // a long one is not copied
		return
	}
	status := statusOfError[strings.ToLower(id.value)]
	if status != 0 && status != c.exchange.Status && hasErrorID(c.exchange.Status) {
		c.add("error-id", "body", id.at(), fmt.Sprintf("belongs to status %d", status)).Got = c.got(id.value)
	}
}
