package recording

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// harOrigin is what makers write of an entry that did not come from the server. HAR has no place for that, so that each
// has a field of its own.
type harOrigin struct {
	FromCache jsontext.Value `json:"_fromCache"`    // Chrome: "disk" or "memory"
	FetchType harText        `json:"_fetchType"`    // Safari: "Network Load", "Memory Cache", "Service Worker" and others
	Fulfilled jsontext.Value `json:"_wasFulfilled"` // Playwright: a test responded
	Served    jsontext.Value `json:"_servedFromServiceWorker"`
	Cache     jsontext.Value `json:"cache"`
}

// harWorker is what Chrome writes of a response that a service worker gave. If the worker asked the server, that is an
// entry of its own.
type harWorker struct {
	Fetched   jsontext.Value `json:"_fetchedViaServiceWorker"`
	Served    jsontext.Value `json:"_servedFromServiceWorker"`
	FromCache jsontext.Value `json:"_fromCache"`
}

// isNotOfServer reports whether a cache, a service worker or a test responded, and not the server.
func (o harOrigin) isNotOfServer(maker string, worker harWorker) bool {
	for _, mark := range []jsontext.Value{
		o.FromCache, o.Fulfilled, o.Served, worker.Fetched, worker.Served, worker.FromCache,
	} {
		if isSet(mark) {
			return true
		}
	}
	for _, origin := range []string{"Cache", "Service Worker", "Override"} {
		if strings.Contains(o.FetchType.text, origin) {
			return true
		}
	}
	// Firefox fills cache only if a response came from there. Others write it for what they then put there.
	return maker == "Firefox" && strings.Contains(string(o.Cache), `"afterRequest"`)
}

// isSet reports whether a mark is set: writers have null, false, 0 or an empty text where it is not.
func isSet(mark jsontext.Value) bool {
	switch string(mark) {
	case "", "null", "false", "0", `""`:
		return false
	}
	return true
}
