// Command check reads the output of go test -bench and compares the ratios in it with the targets of the project. It
// prints both as a table, and fails if a target is missed or was not measured.
//
//	check raw.txt
//
// # Noise
//
// Whatever else the machine does makes a benchmark slower, never faster. So of times the least of all rounds counts,
// on both sides of a ratio. A change that makes a benchmark slower is in every round. A disturbance is in the figures
// only if it lasts for all rounds, which are a minute apart.
//
// Other figures, such as allocations and memory, have little noise, and in both directions. Of these the median
// counts; of a ratio of them, the median of the ratios of each round.
package main

import (
	"errors"
	"fmt"
	"go/version"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: check FILE, the output of go test -bench")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
}

func run(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return check(os.Stdout, file, name, runtime.Version())
}

// check prints the table, and returns what missed its target.
func check(w io.Writer, r io.Reader, name, goVersion string) error {
	measured, cpu, err := read(r, name)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s, %s/%s, %d cores, %s\n\n", goVersion, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), cpu)
	fmt.Fprintf(w, "| what | at most | measured | |\n|---|---|---|---|\n")
	var missed []error
	for _, t := range targets {
		verdict, err := t.judge(measured, goVersion)
		if err != nil {
			missed = append(missed, fmt.Errorf("%s: %w", t.what, err))
		}
		if verdict != "" {
			fmt.Fprintf(w, "| %s | %v | %s |\n", t.what, t.atMost, verdict)
		}
	}
	return errors.Join(missed...)
}

// judge returns the last two cells of the row of a target, and an error if it is missed.
func (t target) judge(measured measurements, goVersion string) (verdict string, err error) {
	value, ok := t.value(measured)
	bound := max(t.atMost, t.holds)
	switch {
	case !ok && t.optional:
		return " | not measured", nil
	case !ok:
		return "", errors.New("was not measured")
	case t.json && version.Compare(goVersion, "go1.27") >= 0:
		return fmt.Sprintf("%.3f | not judged: the target is for Go 1.26", value), nil
	case value > bound:
		return fmt.Sprintf("%.3f | missed", value), fmt.Errorf("%.3f is more than %v", value, bound)
	case value > t.atMost:
		return fmt.Sprintf("%.3f | missed, but within %v", value, t.holds), nil
	default:
		return fmt.Sprintf("%.3f | met", value), nil
	}
}

// value returns what a target is judged by, and reports whether it was measured.
func (t target) value(measured measurements) (float64, bool) {
	ours := measured[t.benchmark+" "+t.unit]
	if t.of == "" {
		return median(ours)
	}
	unitOf := t.unitOf
	if unitOf == "" {
		unitOf = t.unit
	}
	theirs := measured[t.of+" "+unitOf]
	if len(ours) == 0 || len(theirs) == 0 {
		return 0, false
	}
	if t.unit == time || t.unit == least {
		return slices.Min(ours) / slices.Min(theirs), true
	}
	return median(ratios(ours, theirs))
}

// measurements are values by benchmark and unit, one for each round.
type measurements map[string][]float64

// read returns what was measured, and on which processor.
func read(r io.Reader, name string) (measured measurements, cpu string, err error) {
	measured = measurements{}
	reader := benchfmt.NewReader(r, name)
	for reader.Scan() {
		switch record := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, "", record
		case *benchfmt.Result:
			cpu = record.GetConfig("cpu")
			benchmark := withoutCores(string(record.Name.Full()))
			for _, value := range record.Values {
				key := benchmark + " " + value.Unit
				measured[key] = append(measured[key], value.Value)
			}
		}
	}
	for _, seconds := range measured["Monitor/by=bare sec/op"] {
		measured["Monitor/by=bare-and-1us sec/op"] = append(measured["Monitor/by=bare-and-1us sec/op"], seconds+1e-6)
	}
	return measured, cpu, reader.Err()
}

// withoutCores returns the name of a benchmark without the number of cores that go test appends.
func withoutCores(name string) string {
	i := strings.LastIndexByte(name, '-')
	if i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
		return name[:i]
	}
	return name
}

// ratios returns the ratio of each round.
func ratios(values, by []float64) (list []float64) {
	for i := range min(len(values), len(by)) {
		list = append(list, values[i]/by[i])
	}
	return list
}

func median(values []float64) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2, true
}
