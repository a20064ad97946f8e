package recording

import "net/url"

// Reason says why an entry of a recording is not checked. Reports count entries by it.
type Reason string

// The reasons. [Reader.Skips] returns one of the first two; the others are found in the entry.
const (
	OtherHost  Reason = "other host"        // the request went to another host than the API's
	OtherPath  Reason = "other path"        // the host is the API's, and the path is not that of images
	Preflight  Reason = "preflight"         // an OPTIONS request, which a browser sends ahead (CORS)
	Cached     Reason = "cached"            // a cache, a service worker or a test responded, and not the API
	NoResponse Reason = "no response"       // the request was blocked or aborted, or the connection failed
	NoBody     Reason = "body not recorded" // the archive leaves it out, or lacks the file that has it
	Unreadable Reason = "body not readable" // the file that has it cannot be read, or is too large
	Unusable   Reason = "unusable"          // the entry is not of the form that its maker writes
)

// IsUnchecked reports whether an entry with this reason is an exchange with the API that should have been checked.
func (r Reason) IsUnchecked() bool {
	switch r {
	case NoResponse, NoBody, Unreadable, Unusable:
		return true
	}
	return false
}

// OmittedError says that an entry of a recording cannot be checked, or should not be. A sequence goes on after it.
type OmittedError struct {
	Source string   // the entry, such as session.har#3
	File   string   // the recording that has it, as the caller named it; empty if there is none
	Reason Reason   // one of the constants
	Detail string   // what exactly is wrong, where that is known; it has nothing of what the entry has
	URL    *url.URL // of the request, which may have secrets; nil if it is not known
}

// Error implements error. It has no part of the URL.
func (e *OmittedError) Error() string {
	text := e.Source + ": omitted: " + string(e.Reason)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}
