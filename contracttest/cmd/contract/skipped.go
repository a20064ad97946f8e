package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"example.com/doimages/contracttest/recording"
)

// maxShownEntries is how many entries are named that could not be checked.
const maxShownEntries = 20

// skippedEntries counts entries of recordings that are not checked, for a command that writes no report.
type skippedEntries struct {
	byReason  map[recording.Reason]int
	byHost    map[string]int // those of another host
	unchecked []string       // the first of those with the API
}

func newSkippedEntries() skippedEntries {
	return skippedEntries{byReason: map[recording.Reason]int{}, byHost: map[string]int{}}
}

// add counts an entry. The host is that of one that went to another host; else it is empty.
func (s *skippedEntries) add(omitted *recording.OmittedError, host string) {
	s.byReason[omitted.Reason]++
	if s.byHost[host] > 0 || host != "" && len(s.byHost) < maxKnownHosts {
		s.byHost[host]++
	}
	if omitted.Reason.IsUnchecked() && len(s.unchecked) < maxShownEntries {
		s.unchecked = append(s.unchecked, omitted.Error())
	}
}

// write prints how many there are for each reason, and which of them are with the API.
func (s *skippedEntries) write(w io.Writer) {
	if len(s.byReason) == 0 {
		return
	}
	counts := make([]string, 0, len(s.byReason))
	unnamed := -len(s.unchecked)
	for _, reason := range slices.Sorted(maps.Keys(s.byReason)) {
		n := s.byReason[reason]
		text := fmt.Sprintf("%d %s", n, reason)
		if reason == recording.OtherHost {
			text += " (" + s.hosts() + ")"
		}
		counts = append(counts, text)
		if reason.IsUnchecked() {
			unnamed += n
		}
	}
	fmt.Fprintln(w, "skipped:", strings.Join(counts, ", "))
	for _, entry := range s.unchecked {
		fmt.Fprintln(w, "not checked:", entry)
	}
	if unnamed > 0 {
		fmt.Fprintf(w, "not checked: %d more\n", unnamed)
	}
}

// hosts returns the other hosts, those with the most entries first.
func (s *skippedEntries) hosts() string {
	var hosts names
	for _, host := range slices.SortedFunc(maps.Keys(s.byHost), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.byHost[b], s.byHost[a]), strings.Compare(a, b))
	}) {
		hosts.add(host)
	}
	return hosts.String()
}
