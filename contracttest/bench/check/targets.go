package main

// target bounds a benchmark: as a ratio to another, or in its own unit.
//
// The targets are those for Go 1.26. In Go 1.27 encoding/json is built on encoding/json/v2, which doimages uses in
// both, so the other side of some ratios becomes faster. Those have json set, and are printed but not judged there.
type target struct {
	what      string
	benchmark string
	of        string // the other benchmark; empty if there is none
	unit      string
	unitOf    string // of the other; the same if empty
	atMost    float64
	holds     float64 // the bound if atMost is missed; 0 if there is none. contracttest/bench/README.md says why
	json      bool    // depends on how fast encoding/json is
	optional  bool    // need not be measured
}

const (
	time   = "sec/op"       // the mean of a round
	least  = "least-sec/op" // the least of a round
	allocs = "allocs/op"
	bytes  = "B/op"
)

var targets = []target{
	{
		what:      "list, 50 ms a response, beside godo: time",
		benchmark: "List/delay=50ms/by=doimages",
		of:        "List/delay=50ms/by=godo",
		unit:      least,
		atMost:    0.08,
	},
	{
		what:      "the same with `WithConcurrency(50)`",
		benchmark: "List/delay=50ms/by=doimages50",
		of:        "List/delay=50ms/by=godo",
		unit:      least,
		atMost:    0.06,
	},
	{
		what:      "list, no latency, beside godo: time",
		benchmark: "List/delay=0s/by=doimages",
		of:        "List/delay=0s/by=godo",
		unit:      least,
		atMost:    0.45,
		json:      true,
	},
	{
		what:      "… allocations",
		benchmark: "List/delay=0s/by=doimages",
		of:        "List/delay=0s/by=godo",
		unit:      allocs,
		atMost:    0.60,
		json:      true,
	},
	{
		what:      "… bytes",
		benchmark: "List/delay=0s/by=doimages",
		of:        "List/delay=0s/by=godo",
		unit:      bytes,
		atMost:    0.80,
		json:      true,
	},
	{
		what:      "one Get beside the generated client",
		benchmark: "Get",
		unit:      "of-generated",
		atMost:    1.03,
	},
	{
		what:      "decode a page beside encoding/json into godo.Image",
		benchmark: "Decode/by=doimages",
		of:        "Decode/by=godo",
		unit:      least,
		atMost:    0.65,
		json:      true,
	},
	{
		what:      "range over 1,000,000 images: live heap at its largest, MiB",
		benchmark: "Memory",
		unit:      "peak-MiB",
		atMost:    48,
	},
	{
		what:      "… over the last 300,000 beside over the first",
		benchmark: "Memory",
		of:        "Memory",
		unit:      "late-MiB",
		unitOf:    "early-MiB",
		atMost:    1.25,
	},
	{
		what:      "check a page beside kin-openapi's ValidateResponse",
		benchmark: "Check/by=doimages",
		of:        "Check/by=kin-openapi",
		unit:      time,
		atMost:    0.75,
		json:      true,
	},
	{
		what:      "check a page beside libopenapi-validator, strict",
		benchmark: "Check/by=doimages",
		of:        "Check/by=libopenapi",
		unit:      time,
		atMost:    0.12,
		json:      true,
	},
	{
		what:      "load the document beside kin-openapi, which validates it, first",
		benchmark: "Load/by=doimages-first",
		of:        "Load/by=kin-openapi",
		unit:      time,
		atMost:    0.5,
	},
	{
		what:      "… with the first exchange, which validates the operations",
		benchmark: "Load/by=doimages-first-check",
		of:        "Load/by=kin-openapi",
		unit:      time,
		atMost:    1,
		holds:     1.3,
	},
	{
		what:      "… again in the same process",
		benchmark: "Load/by=doimages-again",
		of:        "Load/by=kin-openapi",
		unit:      time,
		atMost:    0.5,
	},
	{
		what:      "verify 1,000 pages on all cores beside one",
		benchmark: "Verify/cores=all",
		of:        "Verify/cores=one",
		unit:      time,
		atMost:    0.75,
	},
	{
		what:      "verify an exchange beside Prism's proxy (`make bench-prism`)",
		benchmark: "Proxy/by=doimages",
		of:        "Proxy/by=prism",
		unit:      time,
		atMost:    0.05,
		holds:     0.35,
		optional:  true,
	},
	{
		what:      "monitor, sampling 0: time, beside no monitor and 1 µs",
		benchmark: "Monitor/by=sample0",
		of:        "Monitor/by=bare-and-1us",
		unit:      time,
		atMost:    1,
	},
	{
		what:      "… allocations beside none",
		benchmark: "Monitor/by=sample0",
		of:        "Monitor/by=bare",
		unit:      allocs,
		atMost:    1,
	},
	{
		what:      "monitor, sampling 1: a caller's time beside that of a check",
		benchmark: "Monitor/by=sample1",
		of:        "Check/by=doimages",
		unit:      time,
		atMost:    0.10,
	},
	{
		what:      "what a service's binary gains, MiB (2 MB)",
		benchmark: "Size",
		unit:      "added-MiB",
		atMost:    1.9,
	},
}
