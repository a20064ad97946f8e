package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// results returns what go test -bench prints of three rounds: ours takes half, twice and half as long as theirs.
func results(without string) string {
	text := strings.Builder{}
	text.WriteString("goos: linux\ngoarch: amd64\ncpu: A & B  \n")
	for _, part := range []float64{0.5, 2, 0.5} {
		written := map[string]bool{without: true}
		line := func(benchmark, unit string, value float64) {
			if !written[benchmark] {
				fmt.Fprintf(&text, "Benchmark%s-2 1 %g %s\n", benchmark, value, strings.Replace(unit, "sec/op", "ns/op", 1))
			}
			written[benchmark] = true
		}
		for _, ratio := range ratios {
			line(ratio.ours, ratio.unit, part)
			line(ratio.theirs, ratio.unit, 1)
		}
	}
	return text.String()
}

// labels returns the texts of a picture, and fails the test if it is not XML.
func labels(t *testing.T, picture string) []string {
	t.Helper()
	var all []string
	inText := false
	decoder := xml.NewDecoder(strings.NewReader(picture))
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				all = append(all, string(token))
			}
		}
	}
}

func TestChart(t *testing.T) {
	var out strings.Builder
	require.NoError(t, draw(&out, strings.NewReader(results("")), "raw.txt", "go1.26.8"))
	texts := labels(t, out.String())
	for _, ratio := range ratios {
		assert.Contains(t, texts, ratio.What)
		assert.Contains(t, texts, "beside "+ratio.Beside)
	}
	assert.Contains(t, texts, "0.50", "the least of the rounds, and the median of ratios")
	assert.NotContains(t, texts, "2.00")
	assert.Contains(t, texts, "go1.26.8, linux/amd64, A & B")
	// 1.25 is the end of the scale, so that a half is two fifths of it.
	assert.Equal(t, len(ratios), strings.Count(out.String(), `<rect class="bar" x="300" y="4" width="168.0"`))
	assert.Contains(t, out.String(), "prefers-color-scheme: dark")
	assert.NotRegexp(t, `href|url\(|@import|@font-face`, out.String(), "the picture needs nothing from elsewhere")
}

func TestChartOfALongBar(t *testing.T) {
	text := strings.ReplaceAll(results(""), fmt.Sprintf("Benchmark%s-2 1 0.5", ratios[0].ours),
		fmt.Sprintf("Benchmark%s-2 1 2", ratios[0].ours))
	var out strings.Builder
	require.NoError(t, draw(&out, strings.NewReader(text), "raw.txt", "go1.26.8"))
	assert.Contains(t, out.String(), `<rect class="worse" x="300" y="4" width="420.0"`)
}

func TestChartNeedsEveryRatio(t *testing.T) {
	err := draw(io.Discard, strings.NewReader(results("List/delay=50ms/by=godo")), "raw.txt", "go1.26.8")
	assert.EqualError(t, err, "List 10,000 images, 50 ms a response beside godo was not measured\n"+
		"… with 50 pages at a time beside godo was not measured")

	dir := t.TempDir()
	raw, picture := filepath.Join(dir, "raw.txt"), filepath.Join(dir, "chart.svg")
	require.NoError(t, os.WriteFile(picture, []byte("before"), 0o600))
	require.NoError(t, os.WriteFile(raw, []byte("BenchmarkX x\n"), 0o600))
	require.Error(t, run(raw, picture))
	text, err := os.ReadFile(picture)
	require.NoError(t, err)
	assert.Equal(t, "before", string(text))
	assert.Error(t, run(filepath.Join(dir, "missing.txt"), picture))
}

// The picture in the repository is that of the figures beside it, but for the version of Go that drew it.
func TestChartIsThatOfTheFigures(t *testing.T) {
	raw, err := os.Open("../raw.txt")
	require.NoError(t, err)
	defer raw.Close()
	kept, err := os.ReadFile("../chart.svg")
	require.NoError(t, err)
	texts := labels(t, string(kept))
	version, _, _ := strings.Cut(texts[len(texts)-1], ",")
	var out strings.Builder
	require.NoError(t, draw(&out, raw, "raw.txt", version))
	assert.Equal(t, out.String(), string(kept), "make bench draws it")
}
