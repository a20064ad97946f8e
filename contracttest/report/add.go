package report

import (
	"strings"

	"example.com/doimages/contracttest/internal/redact"
)

// AddSkipped counts an exchange that was not checked, and why, such as [SkipOtherHost], or by [SkipNothing] an input
// without any. Those of one reason are counted together, and the first five are named: a reason should say what they
// have in common.
func (r *Report) AddSkipped(source, reason string) {
	r.Skipped++
	r.skips.add(source, reason)
}

// AddProblem notes what could not be used. It makes the run unusable, whatever else was found. The thing is a noun in
// the singular, such as "recording": the heading of the verdict says how many could not be used, and the text is the
// reason. A problem with nothing that has a noun, such as an interrupt, has an empty one. Secrets must have been taken
// out of the text.
func (r *Report) AddProblem(thing, text string) { r.problems.add(thing, text) }

// AddFailure notes what fails the run beside findings and cases. The thing is a noun in the singular, such as "stale
// baseline entry": the heading of the verdict says how many there are, and the text is the reason. Secrets must have
// been taken out of the text.
func (r *Report) AddFailure(thing, text string) { r.failures.add(thing, text) }

// AddCase adds what came of a case of the live suite. One that failed fails the run. Secrets must have been taken out
// of its texts.
func (r *Report) AddCase(c Case) {
	c.Name, c.Proves = redact.Printable(c.Name), redact.Printable(c.Proves)
	lines := strings.Split(c.Reason, "\n")
	for i := range lines {
		lines[i] = redact.Printable(lines[i])
	}
	c.Reason = strings.Join(lines, "\n")
	r.cases = append(r.cases, c)
}
