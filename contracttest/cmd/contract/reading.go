package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
)

// How much is printed of what was not checked. All of it is counted.
const (
	maxShownNames   = 5
	maxKnownHosts   = 1_000
	maxShownEntries = 20
)

// reading is what came of reading recordings, beside the exchanges that were checked.
type reading struct {
	process
	report    *report.Report // which says what was not checked; nil if there is none
	added     map[string]int // exchanges, by what they are evidence of
	skipped   map[recording.Reason]int
	hosts     map[string]int    // entries that were skipped as of another host, by host
	gateways  map[string]string // the flag with which a host is checked that looks like the API's
	unchecked []string          // the first entries of the API that could not be checked
	others    map[string]*names // files in folders that are not recordings, by what they are
	failed    int               // recordings that could not be used
}

// names are the first of many names.
type names struct {
	first []string
	count int
}

func (n *names) add(name string) {
	if n.count++; len(n.first) < maxShownNames {
		n.first = append(n.first, name)
	}
}

// String returns the names, and how many there are beside them.
func (n *names) String() string {
	text := strings.Join(n.first, ", ")
	if more := n.count - len(n.first); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func newReading(p process, r *report.Report) *reading {
	return &reading{
		process:  p,
		report:   r,
		added:    map[string]int{},
		skipped:  map[recording.Reason]int{},
		hosts:    map[string]int{},
		gateways: map[string]string{},
		others:   map[string]*names{},
	}
}

// skip counts an entry that is not checked.
func (s *reading) skip(omitted *recording.OmittedError) {
	s.skipped[omitted.Reason]++
	if omitted.Reason == recording.OtherHost && omitted.URL != nil {
		s.skipHost(omitted.URL)
	}
	if omitted.Reason.IsUnchecked() && len(s.unchecked) < maxShownEntries {
		s.unchecked = append(s.unchecked, omitted.Error())
	}
	if s.report != nil {
		s.reportSkipped(omitted)
	}
}

// reportSkipped adds an entry that is not checked to the report. One that cannot be used is a problem, too.
func (s *reading) reportSkipped(omitted *recording.OmittedError) {
	place := omitted.Source
	if omitted.Reason == recording.OtherHost && omitted.URL != nil {
		place = shown(omitted.URL.Host) // which says more than the number of an entry
	}
	s.report.AddSkipped(place, string(omitted.Reason))
	if omitted.Reason == recording.Unusable {
		s.report.AddProblem(omitted.Error())
	}
}

// skipHost notes whose an entry is, and whether it looks like one of the API behind a gateway.
func (s *reading) skipHost(u *url.URL) {
	host := shown(u.Host)
	if _, known := s.hosts[host]; !known && len(s.hosts) >= maxKnownHosts {
		return
	}
	s.hosts[host]++
	before, _, found := strings.Cut(u.Path, "/v2/images")
	if !found || !traffic.IsImagesPath(strings.TrimPrefix(u.Path, before)) || u.Hostname() == "" {
		return
	}
	flag := "--host " + shown(u.Hostname())
	if before != "" {
		flag = "--base-url " + shown(u.Scheme+"://"+u.Host+before)
	}
	s.gateways[host] = flag
}

// shown returns a part of a URL as it can be printed.
func shown(part string) string {
	var secrets redact.Redactor // which knows what a token looks like
	return redact.Shorten(redact.Printable(secrets.Text(part)))
}

// fail notes a recording that cannot be used, in the report if there is one.
func (s *reading) fail(err error) {
	s.failed++
	if s.report != nil {
		s.report.AddProblem(err.Error())
		return
	}
	fmt.Fprintln(s.stderr, "contract:", redact.Printable(err.Error()))
}

// failFile does as fail, except for a file in a folder that is not a recording: it is named, and not a failure.
func (s *reading) failFile(f found, err error) {
	var other *recording.KindError
	if !f.inFolder || !errors.As(err, &other) {
		s.fail(err)
		return
	}
	if s.others[other.What] == nil {
		s.others[other.What] = &names{}
	}
	s.others[other.What].add(filepath.Base(f.file))
}

// write prints where the exchanges are from, and what the report does not say of what was not checked.
func (s *reading) write() {
	for _, kind := range slices.Sorted(maps.Keys(s.added)) {
		fmt.Fprintf(s.stderr, "%s from: %s\n", count(s.added[kind], "exchange"), redact.Printable(kind))
	}
	s.writeOthers()
}

// writeOthers prints which files in folders are not recordings, and which hosts look like the API's.
func (s *reading) writeOthers() {
	for _, what := range slices.Sorted(maps.Keys(s.others)) {
		fmt.Fprintf(s.stderr, "left out: %s: %s\n", what, s.others[what])
	}
	for i, host := range slices.Sorted(maps.Keys(s.gateways)) {
		if i < maxShownNames {
			fmt.Fprintf(s.stderr, "note: %s looks like the API behind a gateway; %s checks it\n", host, s.gateways[host])
		}
	}
}

// writeSkipped prints what was not checked, where there is no report to say so.
func (s *reading) writeSkipped() {
	s.writeOthers()
	if len(s.skipped) == 0 {
		return
	}
	counts := make([]string, 0, len(s.skipped))
	for _, reason := range slices.Sorted(maps.Keys(s.skipped)) {
		text := fmt.Sprintf("%d %s", s.skipped[reason], reason)
		if reason == recording.OtherHost {
			text += " (" + s.hostNames() + ")"
		}
		counts = append(counts, text)
	}
	fmt.Fprintln(s.stderr, "skipped:", strings.Join(counts, ", "))
	for _, entry := range s.unchecked {
		fmt.Fprintln(s.stderr, "not checked:", entry)
	}
	if more := s.countUnchecked() - len(s.unchecked); more > 0 {
		fmt.Fprintf(s.stderr, "not checked: %d more\n", more)
	}
}

// hostNames returns the hosts of skipped entries, those with the most first.
func (s *reading) hostNames() string {
	hosts := slices.SortedFunc(maps.Keys(s.hosts), func(a, b string) int {
		if s.hosts[a] != s.hosts[b] {
			return s.hosts[b] - s.hosts[a]
		}
		return strings.Compare(a, b)
	})
	var shown names
	for _, host := range hosts {
		shown.add(host)
	}
	return shown.String()
}

// countUnchecked returns how many exchanges with the API could not be checked.
func (s *reading) countUnchecked() (n int) {
	for reason, count := range s.skipped {
		if reason.IsUnchecked() {
			n += count
		}
	}
	return n
}

// err returns an error if something could not be used. What it was has been printed.
func (s *reading) err() error {
	unusable := s.skipped[recording.Unusable]
	if s.failed == 0 && unusable == 0 {
		return nil
	}
	return fmt.Errorf("could not be used: %s and %s",
		count(s.failed, "file"), count(unusable, "entry"))
}
