package check

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gopkg.in/yaml.v3"

	"example.com/doimages/contracttest/internal/redact"
)

// Baseline is a list of known differences between the contract and what the API sends, such as
// openapi/baseline.yaml: the findings that are accepted, each with a reason and a source.
// [LoadBaseline] reads one. It counts what it accepts, and may be shared by any number of
// goroutines. A nil Baseline accepts nothing, and so does the zero value, until [Baseline.Add].
type Baseline struct {
	mu      sync.Mutex
	entries []baselineEntry
	kinds   map[string]bool // of recordings, those that were seen; nil before the first
}

// baselineEntry accepts the findings that match everything that it says. Operation, in, pointer and
// got are patterns of [path.Match], in which * is one part of a pointer.
type baselineEntry struct {
	Check     string `yaml:"check"`
	Operation string `yaml:"operation"`
	Status    int    `yaml:"status"`
	In        string `yaml:"in"`
	Pointer   string `yaml:"pointer"`
	Got       string `yaml:"got"`  // the value as it was sent, without quotes
	Kind      string `yaml:"kind"` // only in recordings of this kind; see kinds
	Reason    string `yaml:"reason"`
	Source    string `yaml:"source"`
	Review    string `yaml:"review"` // a date, after which a warning asks whether the entry still holds

	place string // such as "entry 2 of known.yaml"
	hits  int    // how many findings it accepted
}

// kinds are those of recordings, as their provenance names them; package recording has a constant for
// each. The last is that of a recording without provenance.
var kinds = []string{
	"documentation",
	"reported",
	"recording of the API",
	"recording of another server than the API",
	"unknown origin",
}

// goTypes matches the names of Go types in the errors of the YAML decoder, which mean nothing to
// who writes a baseline.
var goTypes = regexp.MustCompile(` (in|into) (type )?((\[\])?\*?check\.\w+|struct \{.*\})`)

// FillIn is what a generated baseline has for the reason of an entry. [LoadBaseline] refuses it: nobody has accepted
// anything yet.
const FillIn = "FILL IN"

// LoadBaseline reads a baseline from YAML, such as openapi.Baseline returns. Every entry needs a
// check, a reason and a source. An unknown field, an unknown check and an unknown kind are errors,
// since such an entry would accept nothing, and so is a text without a list of findings. An error begins with
// "load the baseline" and says which line or entry is wrong.
func LoadBaseline(text []byte) (*Baseline, error) {
	b := &Baseline{}
	if err := b.Add("", text); err != nil {
		return nil, err
	}
	return b, nil
}

// Add adds the entries of another baseline, after those that are there. Text and errors are those of [LoadBaseline];
// after an error nothing is added. Sentences about the entries have the name, such as that of a file, or "the baseline"
// if it is empty.
func (b *Baseline) Add(name string, text []byte) error {
	entries, err := parseBaseline(text)
	if err != nil {
		return fmt.Errorf("load the baseline: %w", err)
	}
	for i := range entries {
		if err := entries[i].prepare(); err != nil {
			return fmt.Errorf("load the baseline: entry %d: %w", i+1, err)
		}
		entries[i].place = fmt.Sprintf("entry %d of %s", i+1, cmp.Or(name, "the baseline"))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = append(b.entries, entries...)
	return nil
}

func parseBaseline(text []byte) ([]baselineEntry, error) {
	var file struct {
		Findings []baselineEntry `yaml:"findings"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && err != io.EOF {
		return nil, fmt.Errorf("findings: %s", goTypes.ReplaceAllString(err.Error(), ""))
	}
	var top map[string]yaml.Node
	if err := yaml.Unmarshal(text, &top); err != nil {
		return nil, err
	}
	if _, ok := top["findings"]; !ok { // a list without entries is written, too: a typo must not pass for one
		return nil, errors.New("it has no findings")
	}
	return file.Findings, nil
}

// prepare returns what is wrong with an entry, and makes its reason printable.
func (e *baselineEntry) prepare() error {
	if err := e.missing(); err != nil {
		return err
	}
	if e.Reason == FillIn {
		return fmt.Errorf("say why it is accepted: it still has %q", FillIn)
	}
	if severities[e.Check] == "" {
		return fmt.Errorf("there is no check %q", e.Check)
	}
	if e.Kind != "" && !slices.Contains(kinds, e.Kind) {
		return fmt.Errorf("there is no kind %q of recordings, only %s", e.Kind, strings.Join(kinds, ", "))
	}
	e.Reason = strings.TrimSpace(redact.Printable(e.Reason)) // a finding prints it
	for _, pattern := range []string{e.Operation, e.In, e.Pointer, e.Got} {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("%q: %w", pattern, err)
		}
	}
	if _, err := time.Parse(time.DateOnly, e.Review); e.Review != "" && err != nil {
		return fmt.Errorf("review %q: write a date such as 2027-06-01", e.Review)
	}
	return nil
}

// missing returns an error that names the fields that an entry needs and has not.
func (e *baselineEntry) missing() error {
	var names []string
	for _, field := range []struct{ name, value string }{
		{name: "check", value: e.Check},
		{name: "reason", value: e.Reason},
		{name: "source", value: e.Source},
	} {
		if field.value == "" {
			names = append(names, "no "+field.name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	last := len(names) - 1
	list := names[last]
	if last > 0 {
		list = strings.Join(names[:last], ", ") + " and " + list
	}
	return errors.New("it has " + list)
}

// Accept marks the findings that the baseline knows: it makes them [Accepted], and gives each the
// reason of the first entry that matches. The kind is that of the recording that has the exchange, as
// the entries name it; of an exchange that is not recorded it is "".
func (b *Baseline) Accept(findings []Finding, kind string) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kinds == nil {
		b.kinds = map[string]bool{}
	}
	b.kinds[kind] = true
	for i := range findings {
		if findings[i].Severity != Accepted { // by another baseline
			b.accept(&findings[i], kind)
		}
	}
}

func (b *Baseline) accept(f *Finding, kind string) {
	for i := range b.entries {
		if e := &b.entries[i]; e.matches(*f, kind) {
			e.hits++
			f.Severity, f.Reason = Accepted, e.Reason
			return
		}
	}
}

func (e *baselineEntry) matches(f Finding, kind string) bool {
	switch {
	case e.Check != f.Check:
		return false
	case e.Status != 0 && e.Status != f.Status:
		return false
	case e.Kind != "" && e.Kind != kind:
		return false
	}
	got := f.Got
	if unquoted, err := strconv.Unquote(got); err == nil {
		got = unquoted
	}
	isThere := matches(e.Operation, f.Operation) && matches(e.In, f.In) && matches(e.Pointer, f.Pointer)
	return isThere && matches(e.Got, got)
}

// matches reports whether a text is of a pattern. No pattern matches everything.
func matches(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	ok, _ := path.Match(pattern, text)
	return ok
}

// Warnings returns a sentence for each entry that has accepted nothing since the baseline was
// loaded, and those of [Baseline.Overdue]. Entries for a kind that was not seen are
// not reported as unused.
func (b *Baseline) Warnings(now time.Time) []string {
	return b.sentences(func(e *baselineEntry) (says []string) {
		if e.isOverdue(now) {
			says = append(says, "was to be reviewed by "+e.Review)
		}
		if b.isUnused(e) {
			says = append(says, "accepts nothing here")
		}
		return says
	})
}

// Overdue returns a sentence for each entry that is due for review: the date of now is after that in the entry. A nil
// Baseline returns none.
func (b *Baseline) Overdue(now time.Time) []string {
	return b.sentences(func(e *baselineEntry) []string {
		if e.isOverdue(now) {
			return []string{"was to be reviewed by " + e.Review}
		}
		return nil
	})
}

// Unused returns a sentence for each entry that has accepted nothing since the baseline was loaded, and for each whose
// operation the contract does not have, so that it never can. Entries for a kind that was not seen are left out, unless
// their operation is wrong. A nil Baseline returns none.
func (b *Baseline) Unused(contract *Contract) []string {
	return b.sentences(func(e *baselineEntry) []string {
		switch {
		case !contract.hasOperation(e.Operation):
			return []string{"names no operation of the contract"}
		case b.isUnused(e):
			return []string{"accepts nothing here"}
		}
		return nil
	})
}

// sentences returns what is said of each entry, with the entry as its subject.
func (b *Baseline) sentences(say func(e *baselineEntry) []string) (sentences []string) {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.entries {
		e := &b.entries[i]
		for _, says := range say(e) {
			sentences = append(sentences, e.name()+" "+says)
		}
	}
	return sentences
}

// isOverdue reports whether an entry was to be reviewed before the day of now.
func (e *baselineEntry) isOverdue(now time.Time) bool {
	return e.Review != "" && now.Format(time.DateOnly) > e.Review
}

// isUnused reports whether an entry has accepted nothing, although recordings of its kind were seen.
func (b *Baseline) isUnused(e *baselineEntry) bool {
	return e.hits == 0 && (e.Kind == "" || b.kinds[e.Kind])
}

// name names an entry, by its place and what it says of a finding.
func (e *baselineEntry) name() string {
	says := strings.Fields(strings.Join([]string{e.Check, e.Operation, e.Pointer, e.Got}, " "))
	return redact.Printable(fmt.Sprintf("%s (%s)", e.place, strings.Join(says, " ")))
}

// hasOperation reports whether a pattern is of an operation of the contract. No pattern is of all of them.
func (c *Contract) hasOperation(pattern string) bool {
	for id := range c.operations {
		if matches(pattern, id) {
			return true
		}
	}
	return false
}
