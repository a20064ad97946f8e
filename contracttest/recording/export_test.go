package recording

// SetLimit sets how many bytes a recorder holds, so that a test of the limit need not write so many.
func (r *Recorder) SetLimit(bytes int) { r.limit = bytes }
