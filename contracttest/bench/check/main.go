// Command check reads what go test -bench printed, compares the ratios in it with the targets of the project, prints
// both as a table, and fails where a target, or what is held where it is missed, is not met or was not measured.
//
//	check raw.txt
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// target bounds what a benchmark measured in a unit: as a part of what another measured, or as it is.
type target struct {
	what      string
	benchmark string
	of        string // the other; empty if there is none
	unit      string
	atMost    float64
	holds     float64 // what is held to where the target is missed; README says why
	optional  bool    // is not always measured
}

var targets = []target{
	{what: "list, 50 ms a response, beside godo: time", benchmark: "List/delay=50ms/by=doimages", of: "List/delay=50ms/by=godo", unit: "sec/op", atMost: 0.10, holds: 0.115},
	{what: "the same with `WithConcurrency(50)`", benchmark: "List/delay=50ms/by=doimages50", of: "List/delay=50ms/by=godo", unit: "sec/op", atMost: 0.05},
	{what: "list, no latency, beside godo: time", benchmark: "List/delay=0s/by=doimages", of: "List/delay=0s/by=godo", unit: "sec/op", atMost: 0.30},
	{what: "… allocations", benchmark: "List/delay=0s/by=doimages", of: "List/delay=0s/by=godo", unit: "allocs/op", atMost: 0.35},
	{what: "… bytes", benchmark: "List/delay=0s/by=doimages", of: "List/delay=0s/by=godo", unit: "B/op", atMost: 0.60},
	{what: "one Get beside the generated client alone", benchmark: "Get", unit: "of-generated", atMost: 1.03},
	{what: "decode a page beside encoding/json into godo.Image", benchmark: "Decode/by=doimages", of: "Decode/by=godo", unit: "sec/op", atMost: 0.35},
	{what: "range over 1,000,000 images: live heap at its largest, MiB", benchmark: "Memory", unit: "peak-MiB", atMost: 48},
	{what: "… largest beside after 100,000", benchmark: "Memory", of: "Memory", unit: "peak-MiB MiB@0.1M", atMost: 1.25},
	{what: "check a page beside kin-openapi alone", benchmark: "Check/by=doimages", of: "Check/by=kin-openapi", unit: "sec/op", atMost: 0.90},
	{what: "check a page beside libopenapi-validator, strict", benchmark: "Check/by=doimages", of: "Check/by=libopenapi", unit: "sec/op", atMost: 0.125},
	{what: "load and validate the document beside kin-openapi, first", benchmark: "Load/by=doimages-first", of: "Load/by=kin-openapi", unit: "sec/op", atMost: 0.5, holds: 1.3},
	{what: "… again in the same process", benchmark: "Load/by=doimages-again", of: "Load/by=kin-openapi", unit: "sec/op", atMost: 0.5},
	{what: "verify 1,000 pages on all cores beside one", benchmark: "Verify/cores=all", of: "Verify/cores=one", unit: "sec/op", atMost: 0.75},
	{what: "verify an exchange beside Prism's proxy (`make bench-prism`)", benchmark: "Proxy/by=doimages", of: "Proxy/by=prism", unit: "sec/op", atMost: 0.05, holds: 0.35, optional: true},
	{what: "monitor, sampling 0: time, beside no monitor and 1 µs", benchmark: "Monitor/by=sample0", of: "Monitor/by=bare-and-1us", unit: "sec/op", atMost: 1},
	{what: "… allocations beside none", benchmark: "Monitor/by=sample0", of: "Monitor/by=bare", unit: "allocs/op", atMost: 1},
	{what: "monitor, sampling 1: a caller's time beside that of a check", benchmark: "Monitor/by=sample1", of: "Check/by=doimages", unit: "sec/op", atMost: 0.10},
	{what: "what a service's binary gains, MiB (2 MB)", benchmark: "Size", unit: "added-MiB", atMost: 1.9},
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: check FILE, of go test -bench")
		os.Exit(2)
	}
	file, err := os.Open(os.Args[1])
	if err == nil {
		defer file.Close()
		err = check(os.Stdout, file, os.Args[1])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
}

// check prints the table.
func check(w io.Writer, r io.Reader, name string) error {
	measured, cpu, err := read(r, name)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s, %s/%s, %d cores, %s\n\n| what | at most | measured | |\n|---|---|---|---|\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), cpu)
	var missed error
	for _, t := range targets {
		unit, unitOf, two := strings.Cut(t.unit, " ")
		if !two {
			unitOf = unit
		}
		values := measured[t.benchmark+" "+unit]
		if t.of != "" {
			values = divide(values, measured[t.of+" "+unitOf])
		}
		value, ok := median(values)
		switch {
		case !ok && t.optional:
			fmt.Fprintf(w, "| %s | %v | | not measured |\n", t.what, t.atMost)
		case !ok:
			missed = errors.Join(missed, fmt.Errorf("%s: was not measured", t.what))
		case value > max(t.atMost, t.holds):
			missed = errors.Join(missed, fmt.Errorf("%s: %.3f is more than %v", t.what, value, max(t.atMost, t.holds)))
			fmt.Fprintf(w, "| %s | %v | %.3f | missed |\n", t.what, t.atMost, value)
		case value > t.atMost:
			fmt.Fprintf(w, "| %s | %v | %.3f | missed, and held to %v |\n", t.what, t.atMost, value, t.holds)
		default:
			fmt.Fprintf(w, "| %s | %v | %.3f | met |\n", t.what, t.atMost, value)
		}
	}
	return missed
}

// read returns what was measured, by benchmark and unit, and on what.
func read(r io.Reader, name string) (measured map[string][]float64, cpu string, err error) {
	measured = map[string][]float64{}
	reader := benchfmt.NewReader(r, name)
	for reader.Scan() {
		switch record := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, "", record
		case *benchfmt.Result:
			cpu = record.GetConfig("cpu")
			full := string(record.Name.Full())
			if i := strings.LastIndexByte(full, '-'); i > 0 && strings.Trim(full[i+1:], "0123456789") == "" {
				full = full[:i] // the number of cores
			}
			for _, value := range record.Values {
				measured[full+" "+value.Unit] = append(measured[full+" "+value.Unit], value.Value)
			}
		}
	}
	for _, seconds := range measured["Monitor/by=bare sec/op"] {
		measured["Monitor/by=bare-and-1us sec/op"] = append(measured["Monitor/by=bare-and-1us sec/op"], seconds+1e-6)
	}
	return measured, cpu, reader.Err()
}

// divide returns the ratios of each round, whose two sides were measured within seconds of each other.
func divide(values, by []float64) (ratios []float64) {
	for i := range min(len(values), len(by)) {
		ratios = append(ratios, values[i]/by[i])
	}
	return ratios
}

func median(values []float64) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2, true
}
