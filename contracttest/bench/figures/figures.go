// Package figures reads what go test -bench printed, and has the rule by which a ratio is judged and drawn.
package figures

import (
	"io"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// Figures are the measured values by benchmark and unit, one for each round.
type Figures struct {
	Platform string // such as linux/amd64
	CPU      string
	values   map[key][]float64
}

type key struct{ benchmark, unit string }

// Read returns what was measured. name is r's in error messages.
func Read(r io.Reader, name string) (Figures, error) {
	f := Figures{values: map[key][]float64{}}
	reader := benchfmt.NewReader(r, name)
	for reader.Scan() {
		switch record := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return Figures{}, record
		case *benchfmt.Result:
			f.Platform = record.GetConfig("goos") + "/" + record.GetConfig("goarch")
			f.CPU = strings.TrimSpace(record.GetConfig("cpu"))
			benchmark := withoutCores(string(record.Name.Full()))
			for _, value := range record.Values {
				f.Add(benchmark, value.Unit, value.Value)
			}
		}
	}
	return f, reader.Err()
}

// withoutCores returns the name of a benchmark without the number of cores that go test appends.
func withoutCores(name string) string {
	i := strings.LastIndexByte(name, '-')
	if i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
		return name[:i]
	}
	return name
}

// Add adds the value of a round.
func (f Figures) Add(benchmark, unit string, value float64) {
	k := key{benchmark, unit}
	f.values[k] = append(f.values[k], value)
}

// Of returns the values of a benchmark, one for each round.
func (f Figures) Of(benchmark, unit string) []float64 { return f.values[key{benchmark, unit}] }

// Value returns the median of the rounds, and reports whether there are any.
func (f Figures) Value(benchmark, unit string) (float64, bool) { return median(f.Of(benchmark, unit)) }

// Ratio returns a benchmark as a part of another, and reports whether both were measured. Whatever else the machine
// does makes a benchmark slower, never faster, so of times the least of all rounds counts on both sides. Other figures
// have little noise, and in both directions: of these the median of the ratios of each round counts.
func (f Figures) Ratio(benchmark, unit, of, unitOf string) (float64, bool) {
	ours, theirs := f.Of(benchmark, unit), f.Of(of, unitOf)
	if len(ours) == 0 || len(theirs) == 0 {
		return 0, false
	}
	if strings.HasSuffix(unit, "sec/op") {
		return slices.Min(ours) / slices.Min(theirs), true
	}
	var rounds []float64
	for i := range min(len(ours), len(theirs)) {
		rounds = append(rounds, ours[i]/theirs[i])
	}
	return median(rounds)
}

func median(values []float64) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2, true
}
