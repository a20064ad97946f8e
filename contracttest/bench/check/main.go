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
	"cmp"
	"errors"
	"fmt"
	"go/version"
	"io"
	"os"
	"runtime"

	"example.com/doimages/contracttest/bench/figures"
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
	measured, err := figures.Read(r, name)
	if err != nil {
		return err
	}
	addAllowance(measured)
	fmt.Fprintf(w, "%s, %s/%s, %d cores, %s\n\n", goVersion, runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), measured.CPU)
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
func (t target) judge(measured figures.Figures, goVersion string) (verdict string, err error) {
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
func (t target) value(measured figures.Figures) (float64, bool) {
	if t.of == "" {
		return measured.Value(t.benchmark, t.unit)
	}
	return measured.Ratio(t.benchmark, t.unit, t.of, cmp.Or(t.unitOf, t.unit))
}

// addAllowance adds the benchmark without a monitor with the microsecond that a monitor may take.
func addAllowance(measured figures.Figures) {
	for _, seconds := range measured.Of("Monitor/by=bare", time) {
		measured.Add("Monitor/by=bare-and-1us", time, seconds+1e-6)
	}
}
