package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/openapi"
)

// writeSARIF writes a result for each group of findings, for code scanning. A finding that a baseline accepts is
// suppressed there. What else fails the run is a notification of the invocation.
func (r *Report) writeSARIF(w io.Writer) error {
	rules, index := sarifRules()
	run := sarifRun{
		Tool:        sarifTool{Driver: sarifDriver{Name: "contract", SemanticVersion: openapi.Version, Rules: rules}},
		Automation:  sarifAutomation{ID: "contract/"},
		Invocations: []sarifInvocation{r.sarifInvocation()},
		Results:     []sarifResult{},
		Properties: sarifProperties{
			Verdict:   r.Verdict().String(),
			Exchanges: r.Exchanges,
			Skipped:   array(r.skips.lines()),
			Omitted:   r.Omitted(),
		},
	}
	for _, group := range r.worstFirst() {
		run.Results = append(run.Results, r.sarifResult(group, index[group.Check]))
	}
	return encodeJSON(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

// sarifRules returns a rule for each check, and where each is in the list.
func sarifRules() (rules []sarifRule, index map[string]int) {
	index = map[string]int{}
	for i, info := range check.Checks() {
		index[info.Name] = i
		rules = append(rules, sarifRule{
			ID:               info.Name,
			ShortDescription: sarifText{Text: info.Description},
			Help:             sarifText{Text: info.Description},
			Default:          sarifDefault{Level: sarifLevels[info.Severity]},
		})
	}
	return rules, index
}

var sarifLevels = map[check.Severity]string{
	check.Breaking: "error",
	check.Drift:    "warning",
	check.Note:     "note",
	check.Accepted: "note",
}

func (r *Report) sarifResult(group Group, rule int) sarifResult {
	level := sarifLevels[group.Severity]
	if group.Severity.AtLeast(r.FailOn) {
		level = "error"
	}
	result := sarifResult{
		RuleID:       group.Check,
		RuleIndex:    rule,
		Level:        level,
		Message:      sarifText{Text: group.detail()},
		Locations:    sarifLocations(group),
		Occurrences:  group.Count,
		Fingerprints: map[string]string{"contract/v1": fingerprint(group)},
	}
	if group.Severity == check.Accepted {
		result.Suppressions = []sarifSuppression{{Kind: "external", Justification: group.Reason}}
	}
	return result
}

// sarifLocations returns the first places of a group. A recording is a file as a whole: the line of an exchange says
// nothing where it is one of many.
func sarifLocations(group Group) []sarifLocation {
	var locations []sarifLocation
	for _, place := range group.Places {
		location := sarifLocation{Logical: []sarifLogical{{Name: place.Source + place.Pointer}}}
		if place.File != "" {
			location.Physical = &sarifPhysical{
				Artifact: sarifArtifact{URI: fileURI(place.File)},
				Region:   sarifRegion{StartLine: 1},
			}
		}
		locations = append(locations, location)
	}
	return locations
}

// fileURI returns the name of a file as a URI, relative to the folder of the run unless it is absolute.
func fileURI(file string) string {
	u := url.URL{Path: filepath.ToSlash(filepath.Clean(file))}
	if filepath.IsAbs(file) {
		u.Scheme = "file"
	}
	return u.String()
}

// fingerprint says which finding of another run is the same: all that findings that are alike have in common, without
// what the other run may call otherwise.
func fingerprint(group Group) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		group.Check, group.Operation, fmt.Sprint(group.Status), group.In, group.Pattern, group.Message, group.Got,
	}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// sarifInvocation returns what is wrong with the run beside its findings, and the advice.
func (r *Report) sarifInvocation() sarifInvocation {
	verdict := r.Verdict()
	invocation := sarifInvocation{Successful: !verdict.Unusable}
	notify := func(level, text string) {
		invocation.Notifications = append(invocation.Notifications, sarifNotification{
			Level:   level,
			Message: sarifText{Text: text},
		})
	}
	for _, reason := range verdict.Reasons {
		notify("error", reason)
	}
	for _, c := range r.cases {
		if c.Outcome == CaseFailed {
			notify("error", "case "+c.Name+": "+c.Reason)
		}
	}
	for _, advice := range verdict.Advice {
		notify("note", advice)
	}
	return invocation
}
