package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/report"
)

// baselineOptions are the flags of contract baseline.
type baselineOptions struct {
	file     string
	baseline string
	served   servedOptions
}

func baselineCommand(p process) *cobra.Command {
	var options baselineOptions
	cmd := &cobra.Command{
		Use:   "baseline FILE… -o known.yaml",
		Short: "Write a baseline with an entry for each finding in recordings",
		Long: `Checks recordings as contract verify does, and writes an entry of a baseline for the findings that there are,
those that are alike in one. Each has a reason to fill in: verify refuses a baseline in which one is left.
Each also has a date, half a year from now, from which on verify asks whether the entry still holds.

A file that is there already is not replaced, since it may hold reasons. The exit code is 0 if the file was
written, and 2 if a file or a flag cannot be used.`,
		RunE: func(cmd *cobra.Command, files []string) error { return runBaseline(cmd.Context(), p, options, files) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&options.file, "output", "o", "", "the baseline to write")
	flags.StringVar(&options.baseline, "baseline", "", "a file with findings that are accepted already")
	options.served.addFlags(cmd)
	_ = cmd.MarkFlagRequired("output")
	return cmd
}

// runBaseline checks recordings, and writes what is not accepted yet.
func runBaseline(ctx context.Context, p process, options baselineOptions, files []string) error {
	if len(files) == 0 {
		return errors.New("baseline: name at least one recording")
	}
	if _, err := os.Stat(options.file); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--output %s: it is there already, and may hold reasons; name a new file", options.file)
	}
	where, err := options.served.parse()
	if err != nil {
		return err
	}
	o, err := newOutput(ctx, p, outputOptions{format: "text", failOn: check.Breaking, baseline: options.baseline})
	if err != nil {
		return err
	}
	r, err := newReport(ctx, "", o)
	if err != nil {
		return err
	}
	found, err := findRecordings(ctx, files)
	if err != nil {
		return err
	}
	seen, err := addRecordings(withProgress(ctx, newProgress(p)), p, r, found, where)
	if err != nil {
		return err
	}
	if err := seen.err(); err != nil {
		return err
	}
	entries := baselineEntries(r.Findings, time.Now().AddDate(0, 6, 0))
	text, err := baselineText(entries)
	if err != nil {
		return err
	}
	if err := os.WriteFile(options.file, text, 0o644); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	fmt.Fprintf(p.stdout, "%d entries in %s: replace each %q by the reason\n", len(entries), options.file, check.FillIn)
	return nil
}

// baselineEntry is an entry of a baseline; see check.LoadBaseline.
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

// baselineEntries returns an entry for each group of findings that is not accepted. Groups that an entry cannot tell
// apart, since they differ in their messages, share one.
func baselineEntries(groups []report.Group, review time.Time) []baselineEntry {
	var entries []baselineEntry
	seen := map[baselineEntry]bool{}
	for _, group := range groups {
		if group.Severity == check.Accepted {
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
	var text bytes.Buffer
	text.WriteString(baselineHead)
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if entries == nil {
		entries = []baselineEntry{} // a list, though it is empty
	}
	err := encoder.Encode(struct {
		Findings []baselineEntry `yaml:"findings"`
	}{Findings: entries})
	return text.Bytes(), err
}
