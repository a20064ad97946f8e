package check

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

// Baseline is the list of known differences between the contract and what the API answers: the findings of
// openapi/baseline.yaml. It may be shared by many goroutines.
type Baseline struct {
	mu      sync.Mutex
	entries []baselineEntry
	kinds   map[string]bool // the provenances that were seen
}

// baselineEntry accepts the findings that match all that it says. The texts are patterns of path.Match, in which * is
// one part of a pointer.
type baselineEntry struct {
	Check     string `yaml:"check"`
	Operation string `yaml:"operation"`
	Status    int    `yaml:"status"`
	In        string `yaml:"in"`
	Pointer   string `yaml:"pointer"`
	Got       string `yaml:"got"`    // the value as it came, without quotes
	Origin    string `yaml:"origin"` // documentation: only what was put together from documentation
	Reason    string `yaml:"reason"`
	Source    string `yaml:"source"`
	Review    string `yaml:"review"` // a date from which on a warning asks whether the entry still holds

	review time.Time
	hits   int
}

// withoutTypes matches the names of Go types in the errors of the YAML decoder.
var withoutTypes = regexp.MustCompile(` (in|into) (type )?(\*?contracttest\.\w+|struct \{.*\})`)

// LoadBaseline reads the known differences from YAML, such as openapi.Baseline holds. Every entry has a check, a reason
// and a source. An unknown field or check is an error, and so is a file without findings, which would accept nothing.
func LoadBaseline(text []byte) (*Baseline, error) {
	var file struct {
		Findings []baselineEntry `yaml:"findings"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && err != io.EOF {
		return nil, fmt.Errorf("load the baseline: findings: %s", withoutTypes.ReplaceAllString(err.Error(), ""))
	}
	var top map[string]yaml.Node
	if err := yaml.Unmarshal(text, &top); err != nil {
		return nil, fmt.Errorf("load the baseline: %w", err)
	}
	if _, ok := top["findings"]; !ok { // where there are none, the list is written, and empty
		return nil, errors.New("load the baseline: it has no findings")
	}
	l := &Baseline{entries: file.Findings, kinds: map[string]bool{}}
	for i := range l.entries {
		if err := l.entries[i].prepare(); err != nil {
			return nil, fmt.Errorf("load the baseline: entry %d: %w", i+1, err)
		}
	}
	return l, nil
}

func (e *baselineEntry) prepare() error {
	if e.Check == "" || e.Reason == "" || e.Source == "" {
		return errors.New("check, reason and source are required")
	}
	if severities[e.Check] == "" {
		return fmt.Errorf("there is no check %q", e.Check)
	}
	for _, pattern := range []string{e.Operation, e.In, e.Pointer, e.Got} {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("%q: %w", pattern, err)
		}
	}
	if e.Review != "" {
		var err error
		if e.review, err = time.Parse(time.DateOnly, e.Review); err != nil {
			return fmt.Errorf("review: %w", err)
		}
	}
	return nil
}

// Accept marks the findings that the baseline knows. Kind is the provenance of the exchange.
func (l *Baseline) Accept(findings []Finding, kind string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kinds[kind] = true
	for i := range findings {
		f := &findings[i]
		if f.Severity == Accepted { // by another baseline
			continue
		}
		for j := range l.entries {
			if e := &l.entries[j]; e.matches(*f, kind) {
				e.hits++
				f.Severity, f.Reason = Accepted, e.Reason
				break
			}
		}
	}
}

func (e *baselineEntry) matches(f Finding, kind string) bool {
	got := f.Got
	if unquoted, err := strconv.Unquote(got); err == nil {
		got = unquoted
	}
	return e.Check == f.Check && (e.Status == 0 || e.Status == f.Status) && (e.Origin == "" || e.Origin == kind) &&
		matches(e.Operation, f.Operation) && matches(e.In, f.In) && matches(e.Pointer, f.Pointer) && matches(e.Got, got)
}

func matches(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	ok, _ := path.Match(pattern, text)
	return ok
}

// Warnings returns the entries that matched nothing since the baseline was loaded, and those to be reviewed by now. Of the
// entries for an origin that was not seen it does not say that they matched nothing.
func (l *Baseline) Warnings(now time.Time) []string {
	var warnings []string
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, e := range l.entries {
		what := strings.Fields(strings.Join([]string{e.Check, e.Operation, e.Pointer, e.Got}, " "))
		name := fmt.Sprintf("entry %d of the baseline (%s)", i+1, strings.Join(what, " "))
		if !e.review.IsZero() && now.After(e.review) {
			warnings = append(warnings, fmt.Sprintf("%s was to be reviewed by %s", name, e.Review))
		}
		if e.hits == 0 && (e.Origin == "" || l.kinds[e.Origin]) {
			warnings = append(warnings, name+" matches nothing here")
		}
	}
	return warnings
}
