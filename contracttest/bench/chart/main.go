// Command chart draws the main ratios of what go test -bench printed, as a bar chart.
//
//	chart raw.txt chart.svg
//
// The picture is an SVG that follows the reader's light or dark mode. Its text is text, in the reader's own font.
package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"text/template"

	"example.com/doimages/contracttest/bench/figures"
)

// ratio is a row of the chart: what a benchmark measured, as a part of what another measured.
type ratio struct {
	What   string
	Beside string // whose benchmark theirs is
	ours   string
	theirs string // empty where ours is a ratio already
	unit   string
}

var ratios = []ratio{
	{
		What:   "Decode a page of 200 images",
		Beside: "encoding/json into godo.Image",
		ours:   "Decode/by=doimages",
		theirs: "Decode/by=godo",
		unit:   "least-sec/op",
	},
	{
		What:   "List 10,000 images, no latency",
		Beside: "godo",
		ours:   "List/delay=0s/by=doimages",
		theirs: "List/delay=0s/by=godo",
		unit:   "least-sec/op",
	},
	{
		What:   "List 10,000 images, 50 ms a response",
		Beside: "godo",
		ours:   "List/delay=50ms/by=doimages",
		theirs: "List/delay=50ms/by=godo",
		unit:   "least-sec/op",
	},
	{
		What:   "… with 50 pages at a time",
		Beside: "godo",
		ours:   "List/delay=50ms/by=doimages50",
		theirs: "List/delay=50ms/by=godo",
		unit:   "least-sec/op",
	},
	{
		What:   "Get one image",
		Beside: "the generated client",
		ours:   "Get",
		unit:   "of-generated",
	},
	{
		What:   "Check a page in full",
		Beside: "kin-openapi",
		ours:   "Check/by=doimages",
		theirs: "Check/by=kin-openapi",
		unit:   "sec/op",
	},
	{
		What:   "Check a page in full",
		Beside: "libopenapi-validator, strict",
		ours:   "Check/by=doimages",
		theirs: "Check/by=libopenapi",
		unit:   "sec/op",
	},
	{
		What:   "Load the contract, first time",
		Beside: "kin-openapi",
		ours:   "Load/by=doimages-first",
		theirs: "Load/by=kin-openapi",
		unit:   "sec/op",
	},
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: chart RAW SVG, where RAW is what go test -bench printed")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "chart:", err)
		os.Exit(1)
	}
}

// run writes the picture, or leaves the file as it is if a ratio was not measured.
func run(from, to string) error {
	raw, err := os.Open(from)
	if err != nil {
		return err
	}
	defer raw.Close()
	var picture bytes.Buffer
	if err := draw(&picture, raw, from, runtime.Version()); err != nil {
		return err
	}
	return os.WriteFile(to, picture.Bytes(), 0o644)
}

// Measures of the picture, in its own units.
const (
	barsAt    = 300 // where bars begin
	barsEnd   = 720 // where the longest bar may end, so that its value has room
	firstRow  = 96
	rowHeight = 42
)

// bar is a row as it is drawn.
type bar struct {
	ratio
	Y      int
	Length float64
	End    float64 // where the value is written
	Value  float64
	Worse  bool // takes more than the other
}

//go:embed chart.svg.tmpl
var source string

var picture = template.Must(template.New("chart").Parse(source))

// draw writes the chart of the results that r holds; name is r's in error messages.
func draw(w io.Writer, r io.Reader, name, version string) error {
	measured, err := figures.Read(r, name)
	if err != nil {
		return err
	}
	bars := make([]bar, len(ratios))
	longest := 1.25
	var missing error
	for i, ratio := range ratios {
		value, ok := ratio.value(measured)
		if !ok {
			missing = errors.Join(missing, fmt.Errorf("%s beside %s was not measured", ratio.What, ratio.Beside))
		}
		bars[i] = bar{ratio: ratio, Y: firstRow + i*rowHeight, Value: value, Worse: value > 1}
		longest = max(longest, value)
	}
	if missing != nil {
		return missing
	}
	unit := (barsEnd - barsAt) / longest
	for i := range bars {
		bars[i].Length = bars[i].Value * unit
		bars[i].End = barsAt + bars[i].Length + 8
	}
	bottom := firstRow + len(bars)*rowHeight
	return picture.Execute(w, map[string]any{
		"Bars":    bars,
		"Left":    barsAt,
		"One":     barsAt + unit,
		"Bottom":  bottom,
		"Foot":    bottom + 24,
		"Height":  bottom + 40,
		"Caption": fmt.Sprintf("%s, %s, %s", version, measured.Platform, measured.CPU),
	})
}

// value returns a ratio, and reports whether it was measured. Where ours is a ratio already, it is that.
func (r ratio) value(measured figures.Figures) (float64, bool) {
	if r.theirs == "" {
		return measured.Value(r.ours, r.unit)
	}
	return measured.Ratio(r.ours, r.unit, r.theirs, r.unit)
}
