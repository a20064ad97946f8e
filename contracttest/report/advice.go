package report

import (
	"slices"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
)

// maxAdvice is how long a sentence of advice is, in bytes. It may name several files.
const maxAdvice = 1_000

// Advise adds a sentence that fails nothing, such as that an entry of a baseline accepts nothing, or how exchanges that
// were skipped could be checked. Every format has it, so that whoever has only the report sees it. One that was added
// before is not added again. Tokens and e-mail addresses are taken out of it.
func (r *Report) Advise(text string) {
	var secrets redact.Redactor // which knows what a token looks like
	text = secrets.Text(redact.Printable(text))
	if len(text) > maxAdvice {
		text = strings.ToValidUTF8(text[:maxAdvice], "") + "…"
	}
	if !slices.Contains(r.advice.texts, text) {
		r.advice.add("", text)
	}
}

// adviceBeside returns the advice that is not among the reasons for which a run fails.
func (r *Report) adviceBeside(reasons []string) []string {
	return slices.DeleteFunc(slices.Clone(r.advice.all()), func(text string) bool {
		return slices.Contains(reasons, text)
	})
}
