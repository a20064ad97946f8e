package recording

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// harOrigin is what makers write of an entry that did not come from the server. HAR has no place for that, so that each
// has a field of its own. Where each writes it:
//
//   - Chrome: front_end/models/har/Log.ts of ChromeDevTools/devtools-frontend
//   - Safari: Source/WebInspectorUI/UserInterface/Controllers/HARBuilder.js of WebKit
//   - Playwright: packages/playwright-core/src/server/har/harTracer.ts
//   - Firefox: devtools/client/netmonitor/src/har/har-builder.js
type harOrigin struct {
	FromCache jsontext.Value `json:"_fromCache"`    // Chrome: "disk" or "memory"
	FetchType harText        `json:"_fetchType"`    // Safari: "Network Load", "Memory Cache", "Service Worker" and others
	Fulfilled jsontext.Value `json:"_wasFulfilled"` // Playwright: a test responded
	Cache     jsontext.Value `json:"cache"`         // Firefox
}

// isNotOfServer reports whether a cache, a service worker or a test responded, and not the server. byWorker is what
// Chrome writes of a response that a service worker gave: if that asked the server, there is an entry of its own.
func (o harOrigin) isNotOfServer(maker string, byWorker jsontext.Value) bool {
	for _, mark := range []jsontext.Value{o.FromCache, o.Fulfilled, byWorker} {
		if isSet(mark) {
			return true
		}
	}
	for _, origin := range []string{"Cache", "Service Worker", "Override"} {
		if strings.Contains(o.FetchType.text, origin) {
			return true
		}
	}
	// Firefox has this only if a response came from its cache. Others write it for what they then put there.
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
