package recording

// OmittedError says that an entry of a recording cannot be checked, and why. A sequence goes on after it.
type OmittedError struct {
	Source string // the entry, such as session.har#3
	Reason string // such as "the request has no response"
}

// Error implements error.
func (e *OmittedError) Error() string { return e.Source + ": omitted: " + e.Reason }
