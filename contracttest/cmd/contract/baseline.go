package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/internal/printyaml"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/openapi"
)

func baselineCommand(p process) *cobra.Command {
	var options draftOptions
	cmd := &cobra.Command{
		Use:   "baseline FILE… -o known.yaml",
		Short: "Write a baseline with an entry for each finding in recordings",
		Long: `Checks recordings as contract verify does, and writes a baseline with an entry for each finding, one for
those that are alike. Each has a reason to fill in: verify refuses a baseline in which one is left.
Each also has a date, half a year from now, from which on verify asks whether the entry still holds.

A file that exists is not replaced, since it may have reasons.

The exit code is 0 if the baseline was written. It is 2 if a file, an entry in one or a flag cannot be used;
then nothing is written.`,
		RunE: func(cmd *cobra.Command, files []string) error { return runBaseline(cmd.Context(), p, options, files) },
	}
	options.addFlags(cmd, "the baseline to write")
	return cmd
}

// runBaseline checks recordings, and writes what is not accepted yet.
func runBaseline(ctx context.Context, p process, options draftOptions, files []string) error {
	if err := checkNamed("baseline", files); err != nil {
		return err
	}
	if _, err := os.Stat(options.file); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--output %s: it exists, and may have reasons; name a new file", options.file)
	}
	r, err := options.check(ctx, p, files, "", openapi.Document(), (*reading).addRecording)
	if err != nil {
		return err
	}
	entries := baselineEntries(r.Findings, time.Now().AddDate(0, 6, 0))
	text, err := baselineText(entries)
	if err != nil {
		return err
	}
	if err := options.write(text); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "%s in %s: replace each %q by the reason\n", plural.Of(len(entries), "entry"),
		redact.Printable(options.file), check.FillIn)
	return nil
}

// baselineEntry is an entry of a baseline; see check.LoadBaseline. What it accepts may not print: it is as it was sent.
type baselineEntry struct {
	Check     string `yaml:"check"`
	Operation string `yaml:"operation,omitempty"`
	Status    int    `yaml:"status,omitempty"`
	In        string `yaml:"in,omitempty"`
	Pointer   string `yaml:"pointer,omitempty"`
	Got       string `yaml:"got,omitempty"`
	Reason    string `yaml:"reason"`
	Source    string `yaml:"source"`
	Review    string `yaml:"review"`
}

// baselineEntries returns an entry for each group of findings that can be accepted and is not. Groups that an entry
// cannot tell apart, since they differ in their messages, share one.
func baselineEntries(groups []report.Group, review time.Time) []baselineEntry {
	var entries []baselineEntry
	seen := map[baselineEntry]bool{}
	for _, group := range groups {
		if group.Severity == check.Accepted || group.Check == "secret" { // a token is taken out, and not accepted
			continue
		}
		entry := baselineEntry{
			Check:     group.Check,
			Operation: group.Operation,
			Status:    group.Status,
			In:        literally(group.In),
			Pointer:   pointerPattern(group.Pointer),
			Got:       literally(unquoted(group.Got)),
			Reason:    check.FillIn,
			Review:    review.Format(time.DateOnly),
		}
		if seen[entry] {
			continue
		}
		seen[entry] = true
		entry.Source = group.Source
		entries = append(entries, entry)
	}
	return entries
}

// literally returns a pattern that matches a text and no other.
func literally(text string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(text)
}

// unquoted returns a value as it was sent, where a finding has it in quotes.
func unquoted(got string) string {
	if text, err := strconv.Unquote(got); err == nil {
		return text
	}
	return got
}

// pointerPattern returns a pattern of a pointer in which an index of an array may be any.
func pointerPattern(pointer string) string {
	parts := strings.Split(pointer, "/")
	for i, part := range parts {
		if _, err := strconv.ParseUint(part, 10, 64); err == nil {
			parts[i] = "*"
		} else {
			parts[i] = literally(part)
		}
	}
	return strings.Join(parts, "/")
}

const baselineHead = `# Findings that are known and accepted, each with its reason. contract verify --baseline reads it.
`

func baselineText(entries []baselineEntry) ([]byte, error) {
	if entries == nil {
		entries = []baselineEntry{} // a list, though it is empty
	}
	text, err := printyaml.Marshal(struct {
		Findings []baselineEntry `yaml:"findings"`
	}{Findings: entries}, 2)
	return append([]byte(baselineHead), text...), err
}
