package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lines returns a benchmark of every target that is exactly met, but for one.
func lines(missed, skipped int) string {
	var text strings.Builder
	for i, t := range targets {
		value := t.atMost
		if i == missed {
			value *= 1.01
		}
		if i == skipped {
			continue
		}
		// Two targets may share a benchmark, so that each is written out with numbers of its own.
		fmt.Fprintf(&text, "BenchmarkOurs%d-2 1 %f x\nBenchmarkTheirs%d-2 1 1 x\n", i, value, i)
	}
	return text.String()
}

func TestCheck(t *testing.T) {
	real := targets
	t.Cleanup(func() { targets = real })
	targets = []target{
		{what: "a ratio", benchmark: "Ours0", of: "Theirs0", unit: "x", atMost: 0.5},
		{what: "a bound", benchmark: "Ours1", unit: "x", atMost: 48},
		{what: "one more", benchmark: "Ours2", of: "Theirs2", unit: "x", atMost: 1, optional: true},
	}
	run := func(text string) (string, error) {
		var out strings.Builder
		err := check(&out, strings.NewReader(text), "raw.txt")
		return out.String(), err
	}
	table, err := run(lines(-1, -1))
	require.NoError(t, err)
	assert.Contains(t, table, "| a ratio | 0.5 | 0.500 | met |")
	assert.Contains(t, table, "| a bound | 48 | 48.000 | met |")

	table, err = run(lines(0, -1))
	assert.EqualError(t, err, "a ratio: 0.505 is more than 0.5")
	assert.Contains(t, table, "| a ratio | 0.5 | 0.505 | missed |")
	targets[0].holds = 0.6
	table, err = run(lines(0, -1))
	require.NoError(t, err)
	assert.Contains(t, table, "| a ratio | 0.5 | 0.505 | missed, and held to 0.6 |")
	_, err = run(lines(1, 0))
	assert.EqualError(t, err, "a ratio: was not measured\na bound: 48.480 is more than 48")
	table, err = run(lines(-1, 2))
	require.NoError(t, err)
	assert.Contains(t, table, "| one more | 1 | | not measured |")

	_, err = run("BenchmarkOurs0 x\n")
	assert.Error(t, err)
	// Of several rounds each is a ratio of its own, and the one in the middle counts.
	table, err = run(lines(-1, -1) + "BenchmarkOurs0-2 1 90 x\nBenchmarkTheirs0-2 1 300 x\nBenchmarkOurs0-2 1 9 x\nBenchmarkTheirs0-2 1 1 x\n")
	require.NoError(t, err)
	assert.Contains(t, table, "| a ratio | 0.5 | 0.500 | met |")
}
