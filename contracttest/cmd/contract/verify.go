package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/openapi"
)

// output is what verify and live have in common: what to judge by, and where the report goes.
type output struct {
	spec, ledger, failOn, format, file string
	minCoverage                        float64
}

func (o *output) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.failOn, "fail-on", string(contracttest.Breaking), "the least severity that fails the run: breaking or drift")
	flags.StringVar(&o.format, "format", "text", "the form of the report: "+strings.Join(contracttest.Formats, ", "))
	flags.StringVarP(&o.file, "output", "o", "", "write the report to this file (default: standard output)")
	flags.Float64Var(&o.minCoverage, "min-coverage", 0, "fail if less of the contract was seen, in percent")
	for flag, values := range map[string][]string{"format": contracttest.Formats, "fail-on": {"breaking", "drift"}} {
		_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
}

func (o *output) check() (contracttest.Severity, error) {
	if !slices.Contains(contracttest.Formats, o.format) {
		return "", fmt.Errorf("--format: there is no %q, but %s", o.format, strings.Join(contracttest.Formats, ", "))
	}
	if o.minCoverage < 0 || o.minCoverage > 100 {
		return "", fmt.Errorf("--min-coverage %v: it is a percentage, from 0 to 100", o.minCoverage)
	}
	severity, err := contracttest.ParseSeverity(o.failOn)
	if err != nil {
		return "", fmt.Errorf("--fail-on: %w", err)
	}
	return severity, nil
}

// write writes a report where it belongs. A file is either written whole or not at all.
func (o *output) write(stdout io.Writer, report *contracttest.Report) error {
	if o.format == "github" {
		if summary := os.Getenv("GITHUB_STEP_SUMMARY"); summary != "" {
			file, err := os.OpenFile(summary, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err != nil {
				return err
			}
			if err := errors.Join(report.WriteMarkdown(file), file.Close()); err != nil {
				return err
			}
		}
	}
	if o.file == "" {
		return report.Write(stdout, o.format)
	}
	var text bytes.Buffer
	if err := report.Write(&text, o.format); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(o.file), ".report-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(text.Bytes())
	if err = errors.Join(err, temporary.Chmod(0o644), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), o.file)
}

// verdict says whether the run failed, and why where the report does not.
func (o *output) verdict(stderr io.Writer, report *contracttest.Report, failOn contracttest.Severity) error {
	failed := report.Worst(failOn) > 0
	if report.Exchanges == 0 {
		fmt.Fprintln(stderr, "nothing was checked, which proves nothing")
		failed = true
	}
	if percent := report.Coverage().Percent; percent < o.minCoverage {
		fmt.Fprintf(stderr, "%.1f %% of the contract was seen, and %.1f %% are asked for\n", percent, o.minCoverage)
		failed = true
	}
	if failed {
		return errFindings
	}
	return nil
}

func verifyCommand() *cobra.Command {
	var o output
	var hosts []string
	cmd := &cobra.Command{
		Use:   "verify FILE…",
		Short: "Check recordings against the contract: go-vcr cassettes and HTTP Archives",
		Long: `Checks every request and response in go-vcr cassettes (*.yaml) and HTTP Archives (*.har) against the contract, and
prints what was checked for each operation and status, and what was found. Nothing is sent anywhere. Exchanges with
other hosts or paths are skipped and counted.

The exit code is 0 when nothing of the severity --fail-on was found, 1 when something was, when nothing was checked or
when --min-coverage was missed, and 2 when a file or a flag cannot be used.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error {
			failOn, err := o.check()
			if err != nil {
				return err
			}
			document, accepted := openapi.Document(), openapi.Accepted()
			if o.spec != "" {
				if document, err = os.ReadFile(o.spec); err != nil {
					return err
				}
			}
			if o.ledger != "" {
				if accepted, err = os.ReadFile(o.ledger); err != nil {
					return err
				}
			}
			contract, err := contracttest.Load(document)
			if err != nil {
				return fmt.Errorf("%s: %w", name(o.spec, "the embedded document"), err)
			}
			ledger, err := contracttest.LoadLedger(accepted)
			if err != nil {
				return fmt.Errorf("%s: %w", name(o.ledger, "the embedded ledger"), err)
			}
			report := contract.NewReport(ledger)
			kinds, err := verify(report, files, hosts)
			if err != nil {
				return err
			}
			stderr := cmd.ErrOrStderr()
			for _, kind := range slices.Sorted(maps.Keys(kinds)) {
				fmt.Fprintf(stderr, "%d exchanges from: %s\n", kinds[kind], kind)
			}
			if err := o.write(cmd.OutOrStdout(), report); err != nil {
				return err
			}
			for _, warning := range ledger.Warnings(time.Now()) {
				fmt.Fprintln(stderr, "note:", warning)
			}
			return o.verdict(stderr, report, failOn)
		},
	}
	o.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.spec, "spec", "", "an OpenAPI document to check against (default: the embedded contract)")
	flags.StringVar(&o.ledger, "ledger", "", "a file with x-responses, the known differences (default: the embedded one)")
	flags.StringArrayVar(&hosts, "host", nil, "another host that serves the images API; may be given several times")
	return cmd
}

func name(file, otherwise string) string {
	if file == "" {
		return otherwise
	}
	return file
}

// verify adds the exchanges of recordings to a report, and returns how many there are of each provenance.
func verify(report *contracttest.Report, files, hosts []string) (map[string]int, error) {
	kinds := map[string]int{}
	for _, file := range files {
		kind := "unknown origin"
		switch provenance, err := contracttest.ReadProvenance(file); {
		case err == nil:
			kind = provenance.Kind
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
		report.NewSession(kind)
		err := report.Concurrently(func(add func(contracttest.Exchange)) error {
			left, err := contracttest.ReadFile(file, func(exchange contracttest.Exchange) error {
				if !contracttest.IsImagesAPI(exchange, hosts...) {
					report.Skipped++
					return nil
				}
				add(exchange)
				kinds[kind]++
				return nil
			})
			report.Skipped += left
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return kinds, nil
}
