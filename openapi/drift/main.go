// Command drift compares openapi/images.yaml with DigitalOcean's published OpenAPI document, and prints every
// difference that openapi/overlay.yaml does not explain:
//
//	make spec-diff UPSTREAM=FILE|URL
//
// It works in three steps. It reads the published document and keeps what belongs to /v2/images. It applies the
// overlay, which turns that into what images.yaml should say. It then lets oasdiff compare the result with
// images.yaml, in both directions. Descriptions, examples and other words do not count; an action of the overlay that
// changes nothing any more does.
//
// It exits with 0 if there are no unexplained differences, with 1 if there are some, and with 2 if it could not
// compare.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// The documents are those of the checkout that drift runs in.
const (
	oursFile    = "openapi/images.yaml"
	overlayFile = "openapi/overlay.yaml"
)

func main() {
	oasdiff := flag.String("oasdiff", "oasdiff", "the command that runs oasdiff, with its arguments")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "drift: name one published document, a file or a URL")
		os.Exit(2)
	}
	c := comparison{
		oasdiff:   strings.Fields(*oasdiff),
		ours:      oursFile,
		overlay:   overlayFile,
		published: flag.Arg(0),
	}
	differences, err := c.differences()
	if err != nil {
		fmt.Fprintln(os.Stderr, "drift:", err)
		os.Exit(2)
	}
	c.print(os.Stdout, differences)
	if len(differences) > 0 {
		os.Exit(1)
	}
}

// print writes the differences, one on a line, and what they come to.
func (c comparison) print(w io.Writer, differences []string) {
	for _, difference := range differences {
		fmt.Fprintln(w, difference)
	}
	switch n := len(differences); n {
	case 0:
		fmt.Fprintf(w, "no unexplained differences: %s is %s with %s applied\n", c.ours, c.published, c.overlay)
	case 1:
		fmt.Fprintf(w, "1 unexplained difference between %s and %s\n", c.ours, c.published)
	default:
		fmt.Fprintf(w, "%d unexplained differences between %s and %s\n", n, c.ours, c.published)
	}
}
