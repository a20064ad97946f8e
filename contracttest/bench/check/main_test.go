package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withTargets replaces the targets for a test.
func withTargets(t *testing.T, list ...target) {
	t.Helper()
	real := targets
	t.Cleanup(func() { targets = real })
	targets = list
}

// runCheck checks lines as go test prints them.
func runCheck(goVersion string, lines ...string) (table string, err error) {
	var out strings.Builder
	err = check(&out, strings.NewReader(strings.Join(lines, "\n")+"\n"), "raw.txt", goVersion)
	return out.String(), err
}

func TestCheck(t *testing.T) {
	ratio := target{what: "a ratio", benchmark: "Ours", of: "Theirs", unit: time, atMost: 0.5}
	held, json, optional := ratio, ratio, ratio
	held.holds, json.json, optional.optional = 0.7, true, true
	bound := target{what: "a bound", benchmark: "Memory", unit: "MiB", atMost: 48}
	units := target{what: "two units", benchmark: "Memory", of: "Memory", unit: "MiB", unitOf: "MiB-before", atMost: 2}
	for name, test := range map[string]struct {
		target target
		goes   string // go1.26 if empty
		lines  []string
		row    string
		err    string
	}{
		"met": {
			target: ratio,
			lines:  []string{"BenchmarkOurs-2 1 5 ns/op", "BenchmarkTheirs-2 1 10 ns/op"},
			row:    "| a ratio | 0.5 | 0.500 | met |",
		},
		"missed": {
			target: ratio,
			lines:  []string{"BenchmarkOurs-2 1 6 ns/op", "BenchmarkTheirs-2 1 10 ns/op"},
			row:    "| a ratio | 0.5 | 0.600 | missed |",
			err:    "a ratio: 0.600 is more than 0.5",
		},
		"missed, but held": {
			target: held,
			lines:  []string{"BenchmarkOurs-2 1 6 ns/op", "BenchmarkTheirs-2 1 10 ns/op"},
			row:    "| a ratio | 0.5 | 0.600 | missed, but within 0.7 |",
		},
		"not measured": {
			target: ratio,
			lines:  []string{"BenchmarkOurs-2 1 6 ns/op"},
			err:    "a ratio: was not measured",
		},
		"not measured, and optional": {
			target: optional,
			lines:  []string{"BenchmarkTheirs-2 1 6 ns/op"},
			row:    "| a ratio | 0.5 |  | not measured |",
		},
		"another version of Go": {
			target: json,
			goes:   "go1.27.1",
			lines:  []string{"BenchmarkOurs-2 1 6 ns/op", "BenchmarkTheirs-2 1 10 ns/op"},
			row:    "| a ratio | 0.5 | 0.600 | not judged: the target is for Go 1.26 |",
		},
		"this version of Go": {
			target: json,
			goes:   "go1.26.8",
			lines:  []string{"BenchmarkOurs-2 1 6 ns/op", "BenchmarkTheirs-2 1 10 ns/op"},
			row:    "| a ratio | 0.5 | 0.600 | missed |",
			err:    "a ratio: 0.600 is more than 0.5",
		},
		"of times the least counts, on both sides": {
			target: ratio,
			lines: []string{
				"BenchmarkOurs-2 1 90 ns/op", "BenchmarkTheirs-2 1 10 ns/op",
				"BenchmarkOurs-2 1 5 ns/op", "BenchmarkTheirs-2 1 300 ns/op",
				"BenchmarkOurs-2 1 9 ns/op", "BenchmarkTheirs-2 1 11 ns/op",
			},
			row: "| a ratio | 0.5 | 0.500 | met |",
		},
		"the least of a round, too": {
			target: target{what: "a ratio", benchmark: "Ours", of: "Theirs", unit: least, atMost: 0.5},
			lines: []string{
				"BenchmarkOurs-2 1 70 ns/op 5 least-sec/op", "BenchmarkTheirs-2 1 70 ns/op 10 least-sec/op",
				"BenchmarkOurs-2 1 70 ns/op 7 least-sec/op", "BenchmarkTheirs-2 1 70 ns/op 11 least-sec/op",
			},
			row: "| a ratio | 0.5 | 0.500 | met |",
		},
		"what is slower in every round is missed": {
			target: ratio,
			lines: []string{
				"BenchmarkOurs-2 1 6 ns/op", "BenchmarkTheirs-2 1 10 ns/op",
				"BenchmarkOurs-2 1 8 ns/op", "BenchmarkTheirs-2 1 12 ns/op",
			},
			row: "| a ratio | 0.5 | 0.600 | missed |",
			err: "a ratio: 0.600 is more than 0.5",
		},
		"of other units the median counts": {
			target: bound,
			lines:  []string{"BenchmarkMemory-2 1 90 MiB", "BenchmarkMemory-2 1 48 MiB", "BenchmarkMemory-2 1 3 MiB"},
			row:    "| a bound | 48 | 48.000 | met |",
		},
		"of their ratios, the median of those of each round": {
			target: units,
			lines: []string{
				"BenchmarkMemory-2 1 30 MiB 10 MiB-before",
				"BenchmarkMemory-2 1 20 MiB 10 MiB-before",
				"BenchmarkMemory-2 1 20 MiB 20 MiB-before",
			},
			row: "| two units | 2 | 2.000 | met |",
		},
	} {
		t.Run(name, func(t *testing.T) {
			withTargets(t, test.target)
			goVersion := test.goes
			if goVersion == "" {
				goVersion = "go1.26"
			}
			table, err := runCheck(goVersion, test.lines...)
			assert.Contains(t, table, test.row)
			if test.err == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, test.err)
			}
		})
	}
}

func TestEveryMissIsReported(t *testing.T) {
	withTargets(t,
		target{what: "one", benchmark: "A", unit: "MiB", atMost: 1},
		target{what: "two", benchmark: "B", unit: "MiB", atMost: 1},
		target{what: "three", benchmark: "C", unit: "MiB", atMost: 1})
	_, err := runCheck("go1.26", "BenchmarkA-2 1 2 MiB", "BenchmarkC-2 1 1 MiB")
	assert.EqualError(t, err, "one: 2.000 is more than 1\ntwo: was not measured")
}

func TestLinesThatAreNotBenchmarks(t *testing.T) {
	_, err := runCheck("go1.26", "BenchmarkOurs0 x")
	require.Error(t, err)
}
