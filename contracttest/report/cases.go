package report

// The outcomes of a [Case].
const (
	CasePassed  = "passed"
	CaseFailed  = "failed"
	CaseSkipped = "skipped"
	CaseNotRun  = "not run"
)

// Case is what came of one case of the live suite.
type Case struct {
	Name     string `json:"name"`
	Proves   string `json:"proves"`
	Outcome  string `json:"outcome"`          // one of the above
	Reason   string `json:"reason,omitempty"` // why it did not pass
	Requests int    `json:"requests"`
}

// cases are those of one run.
type cases []Case

// count returns how many cases have an outcome.
func (c cases) count(outcome string) (n int) {
	for _, of := range c {
		if of.Outcome == outcome {
			n++
		}
	}
	return n
}
