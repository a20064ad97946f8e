package check

// UseFastPath says whether bodies that are clearly valid are recognised without kin-openapi. It returns what was
// said before.
func UseFastPath(use bool) (before bool) {
	before, useFastPath = useFastPath, use
	return before
}

// Limit says how many images, actions and lists a session remembers.
func (s *Session) Limit(limit int) { s.limit = limit }
