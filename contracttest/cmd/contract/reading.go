package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// reading is what came of reading recordings, beside the exchanges that were checked.
type reading struct {
	process
	report   *report.Report // the one that is written, and says what was not checked; nil if none is
	progress *progress
	origins  map[string]int    // exchanges that were checked, by what they are evidence of
	skipped  skippedEntries    // if there is no report
	gateways map[string]string // the flag that checks a host that looks like the API's
	others   map[string]*names // files in folders that are not recordings, by what they are
	named    map[string]bool   // arguments of which something was checked, or a problem is named
	failed   int               // recordings that could not be used
	unusable int               // entries that could not be used
}

// newReading returns a reading of nothing. The report is nil for a command that writes none.
func newReading(p process, r *report.Report) *reading {
	return &reading{
		process:  p,
		report:   r,
		progress: newProgress(p),
		origins:  map[string]int{},
		skipped:  newSkippedEntries(),
		gateways: map[string]string{},
		others:   map[string]*names{},
		named:    map[string]bool{},
	}
}

// skip counts an entry of a file that is not checked, in the report if there is one.
func (s *reading) skip(omitted *recording.OmittedError, f found) {
	s.noteGateway(omitted)
	host := ""
	if omitted.Reason == recording.OtherHost && omitted.URL != nil {
		host = shown(omitted.URL.Host)
	}
	isUnusable := omitted.Reason == recording.Unusable
	if isUnusable {
		s.unusable++
		s.named[f.argument] = true
	}
	if s.report == nil {
		s.skipped.add(omitted, host)
		return
	}
	place := omitted.Source
	if host != "" {
		place = host // which says more than the number of an entry
	}
	s.report.AddSkipped(place, string(omitted.Reason))
	if isUnusable {
		s.report.AddProblem("recorded exchange", omitted.Error())
	}
}

// noteGateway notes how an entry is checked, if its URL is one of the API behind a gateway, which may be on this
// machine.
func (s *reading) noteGateway(omitted *recording.OmittedError) {
	u := omitted.URL
	isElsewhere := omitted.Reason == recording.OtherHost || omitted.Reason == recording.OtherPath
	if !isElsewhere || u == nil || u.Hostname() == "" || strings.EqualFold(u.Hostname(), openapi.Host) {
		return
	}
	before, _, found := strings.Cut(u.Path, "/v2/images")
	if !found || !traffic.IsImagesPath(strings.TrimPrefix(u.Path, before)) {
		return
	}
	host := shown(u.Host)
	if _, known := s.gateways[host]; !known && len(s.gateways) >= maxKnownHosts {
		return
	}
	s.gateways[host] = "--host " + shown(u.Hostname())
	if before != "" {
		base := url.URL{Scheme: u.Scheme, Host: u.Host, Path: before}
		s.gateways[host] = "--base-url " + shown(base.String())
	}
}

// shown returns a part of a URL as it can be printed.
func shown(part string) string {
	var secrets redact.Redactor // which knows what a token looks like
	return redact.Shorten(redact.Printable(secrets.Text(part)))
}

// ended notes the error with which a recording ended, if it has one. It returns an error if ctx is why.
func (s *reading) ended(ctx context.Context, f found, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() == nil:
		s.failFile(f, err)
		return nil
	case err == context.Cause(ctx): // of an interrupt between two exchanges, which names no file
		return fmt.Errorf("%s: %w", f.name, err)
	}
	return err
}

// failFile does as fail, except for a file in a folder that is not a recording: it is named, and not a failure.
func (s *reading) failFile(f found, err error) {
	other := asOtherKind(err)
	if !f.mayBeOther || other == nil {
		s.named[f.argument] = true
		s.fail(err)
		return
	}
	if s.others[other.What] == nil {
		s.others[other.What] = &names{}
	}
	s.others[other.What].add(f.name)
}

// fail notes a recording that cannot be used, in the report if there is one.
func (s *reading) fail(err error) {
	s.failed++
	if s.report != nil {
		s.report.AddProblem("recording", err.Error())
		return
	}
	fmt.Fprintln(s.stderr, "contract:", redact.Printable(err.Error()))
}

// advise says what fails nothing, in the report if there is one.
func (s *reading) advise(text string) {
	if s.report != nil {
		s.report.Advise(text)
		return
	}
	fmt.Fprintln(s.stderr, "advice:", redact.Printable(text))
}

// nameEmpty names the arguments of which nothing was checked, and no problem says why, in the report if there is one.
// There they fail a run with --fail-on-skip: the recordings of a client may be gone.
func (s *reading) nameEmpty(arguments []string) {
	for _, argument := range arguments {
		if s.named[argument] {
			continue
		}
		s.named[argument] = true // once, though it is given twice
		if argument == standardInput {
			argument = "stdin"
		}
		if s.report == nil {
			s.advise("no exchange with the API in " + argument)
			continue
		}
		s.report.AddSkipped(argument, report.SkipNothing)
	}
}

// write says which files in folders are not recordings, which hosts look like the API's, and, where there is no report
// to say so, what was not checked.
func (s *reading) write() {
	for _, what := range slices.Sorted(maps.Keys(s.others)) {
		s.advise("left out: " + what + ": " + s.others[what].String())
	}
	for i, host := range slices.Sorted(maps.Keys(s.gateways)) {
		if i < maxShownNames {
			s.advise(host + " looks like the API behind a gateway; " + s.gateways[host] + " checks it")
		}
	}
	s.skipped.write(s.stderr)
}

// writeOrigins prints what the exchanges are evidence of: a recording of a fake proves nothing of the API.
func (s *reading) writeOrigins() {
	for _, kind := range slices.Sorted(maps.Keys(s.origins)) {
		fmt.Fprintf(s.stderr, "%s from: %s\n", plural.Of(s.origins[kind], "exchange"), redact.Printable(kind))
	}
}

// err returns an error if something could not be used. What it was has been printed, or is in the report.
func (s *reading) err() error {
	var parts []string
	if s.failed > 0 {
		parts = append(parts, plural.Of(s.failed, "file"))
	}
	if s.unusable > 0 {
		parts = append(parts, plural.Of(s.unusable, "entry"))
	}
	if len(parts) == 0 {
		return nil
	}
	return errors.New("could not be used: " + strings.Join(parts, " and "))
}
