package report

import (
	"fmt"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/redact"
)

// Group is findings that are alike: of one check and severity, about one part of the responses of one operation and
// status, with the same message and the same value. They may differ in the exchange, and in the index of an array.
type Group struct {
	check.Finding // the first of them

	// Count is how many there are.
	Count int

	// Pattern is the pointer, with * for each index of an array, as a baseline has it.
	Pattern string

	// Places are the first five of them.
	Places []Place

	// Excerpt shows the exchange of the first, if [Report.ShowBodies] is set.
	Excerpt string
}

// Place is where a finding is.
type Place struct {
	Source  string // the exchange, as in [check.Finding]
	File    string // the recording that holds it, as in [check.Finding]
	Pointer string // RFC 6901, to the value in a body
}

// String returns the findings in one line, without their severity: a single one as [check.Finding.String] has it, and
// several with how many there are and where the first is.
func (g Group) String() string {
	if g.Count == 1 {
		return g.Finding.String()
	}
	return fmt.Sprintf("%s (%s)", g.what(), g.times())
}

// what returns what is wrong, without where the exchanges are.
func (g Group) what() string {
	shown := g.Finding
	shown.Pointer = g.pointer()
	return strings.TrimPrefix(shown.String(), shown.Source+": ")
}

// pointer returns where the findings are: the pointer of a single one, and the pattern of several.
func (g Group) pointer() string {
	if g.Count == 1 {
		return g.Pointer
	}
	return g.Pattern
}

// detail returns the line of the findings, with the excerpt below it if there is one.
func (g Group) detail() string {
	if g.Excerpt == "" {
		return g.String()
	}
	return g.String() + "\n" + g.Excerpt
}

// times returns how many findings there are, and where the first ones are.
func (g Group) times() string {
	var sources []string
	for _, place := range g.Places {
		if n := len(sources); n == 0 || sources[n-1] != place.Source {
			sources = append(sources, place.Source)
		}
	}
	s := fmt.Sprintf("%d times, first in %s", g.Count, strings.Join(sources, ", "))
	if g.Count > len(g.Places) {
		s += ", …"
	}
	return s
}

// printable returns a finding of which every text can be shown: names of files, too, may hold what a terminal obeys.
func printable(f check.Finding) check.Finding {
	for _, text := range []*string{
		&f.Source, &f.File, &f.Operation, &f.In, &f.Pointer, &f.Message, &f.Expected, &f.Got, &f.Reason,
	} {
		*text = redact.Printable(*text)
	}
	return f
}
