package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/traffic"
)

// convertOptions are the flags of contract convert.
type convertOptions struct {
	file   string
	served servedOptions
	force  bool
}

func convertCommand(p process) *cobra.Command {
	var options convertOptions
	cmd := &cobra.Command{
		Use:   "convert FILE… -o OUT.cassette.yaml|OUT.har",
		Short: "Write a clean copy of recordings, without secrets",
		Long: `Reads whatever contract verify reads, and writes the exchanges with the images API to one file: a go-vcr
cassette, or an HTTP Archive. Tokens, e-mail addresses, the signatures of import URLs, and headers that are
not known to be harmless are taken out; one token has one placeholder in all of the copy. Bodies are
decompressed, and times are kept. The copy says what it was made from, when, and by which version.

A file that exists is not replaced without --force, and an input never is.

The exit code is 0 if the copy was written. It is 1 if there was nothing to write. It is 2 if a file, an
entry in one or a flag cannot be used; the rest is written all the same.`,
		RunE: func(cmd *cobra.Command, files []string) error { return runConvert(cmd.Context(), p, options, files) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&options.file, "output", "o", "", "the copy to write; its name ends in .cassette.yaml or .har")
	options.served.addFlags(cmd)
	flags.BoolVar(&options.force, "force", false, "replace the copy if it exists")
	return cmd
}

// runConvert reads all recordings and writes the copy at the end, when all secrets are known.
func runConvert(ctx context.Context, p process, options convertOptions, files []string) error {
	if err := checkNamed("convert", files); err != nil {
		return err
	}
	where, err := options.served.parse()
	if err != nil {
		return err
	}
	clean, err := recording.NewCopy(options.file)
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	found, err := findRecordings(ctx, files)
	if err != nil {
		return err
	}
	if err := checkReplaced(clean.Files(), found, options.force); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	c := conversion{
		reading: newReading(p, nil),
		copy:    clean,
		where:   where,
	}
	for _, f := range found {
		if err := c.add(ctx, f); err != nil {
			return err
		}
	}
	c.nameEmpty(files)
	c.reading.write()
	if c.undecodable > 0 {
		fmt.Fprintf(p.stderr, "left out: %s with a body that cannot be decompressed\n",
			plural.Of(c.undecodable, "exchange"))
	}
	return c.write(options.file)
}

// write writes the copy. If something could not be used, that is an error all the same.
func (c *conversion) write(file string) error {
	err := c.copy.Write(c.provenance())
	switch {
	case err == nil:
		fmt.Fprintf(c.stdout, "%s written to %s\n", plural.Of(c.copy.Len(), "exchange"), redact.Printable(file))
		if len(c.bases) > 1 {
			fmt.Fprintf(c.stderr, "note: it is of several servers; verify it with --base-url %s\n",
				redact.Printable(strings.Join(c.bases, " --base-url ")))
		}
		return c.err()
	case errors.Is(err, recording.ErrNothingCopied):
		fmt.Fprintln(c.stderr, err)
		if unusable := c.err(); unusable != nil {
			return unusable
		}
		return errFindings
	}
	return err
}

// conversion is a copy that is being made.
type conversion struct {
	*reading
	copy        *recording.Copy
	where       served
	made        []source // the recordings with exchanges
	bases       []string // of the servers that are neither the API nor on this machine
	undecodable int      // exchanges that were left out
}

// nameOf returns what a recording is called in the provenance of its copy.
func nameOf(f found) string {
	if f.file == standardInput {
		return "standard input"
	}
	return f.name
}

// source is a recording that a copy is made from.
type source struct {
	name     string
	kind     recording.Kind
	document string // what its provenance says of where it comes from
}

// atBase returns an exchange as it was recorded, with the path of its server, and notes where that has the API: a copy
// without it would not be read as one of the API.
func (c *conversion) atBase(e traffic.Exchange) traffic.Exchange {
	u := *e.URL
	u.Path, u.RawPath = e.Prefix+u.Path, (&url.URL{Path: e.Prefix}).EscapedPath()+u.EscapedPath()
	e.URL = &u
	base := (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: e.Prefix}).String()
	if (e.Prefix != "" || !traffic.IsImagesAPI(e)) && !slices.Contains(c.bases, base) && len(c.bases) < maxBases {
		c.bases = append(c.bases, base)
	}
	return e
}

// maxBases is how many bases of a copy are named.
const maxBases = 20

// add adds the exchanges of a recording. The error ends the conversion.
func (c *conversion) add(ctx context.Context, f found) error {
	provenance, where, err := originOf(ctx, f, c.where)
	if err != nil {
		return c.ended(ctx, f, err)
	}
	c.copy.NextRecording()
	before := c.copy.Len()
	for exchange, err := range c.exchanges(ctx, f, where) {
		if err != nil {
			if err := c.ended(ctx, f, err); err != nil {
				return err
			}
			break
		}
		added, err := c.copy.Add(c.atBase(exchange))
		if err != nil {
			return err
		}
		if !added {
			c.undecodable++
		}
	}
	if c.copy.Len() > before {
		c.made = append(c.made, source{
			name:     nameOf(f),
			kind:     provenance.Kind,
			document: provenance.Document,
		})
	}
	return nil
}

// provenance returns where a copy comes from. It is evidence of what all its recordings are evidence of.
func (c *conversion) provenance() recording.Provenance {
	kind := recording.KindUnknown
	var made []string
	for i, from := range c.made {
		name := from.name
		if from.document != "" {
			name += " (" + from.document + ")"
		}
		made = append(made, name)
		if i == 0 {
			kind = from.kind
		} else if from.kind != kind {
			kind = recording.KindUnknown
		}
	}
	copied := recording.Provenance{Kind: kind, Document: "copy of " + strings.Join(made, ", ")}
	if len(c.bases) == 1 {
		copied.BaseURL = c.bases[0]
	}
	return copied
}

// checkReplaced returns an error if a file would be replaced that should not be.
func checkReplaced(outputs []string, inputs []found, force bool) error {
	for _, output := range outputs {
		info, err := os.Stat(output)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return err
		case slices.ContainsFunc(inputs, func(f found) bool { return isSame(info, f.file) }):
			return fmt.Errorf("%s: it is one of the recordings to read", output)
		case info.IsDir():
			return fmt.Errorf("%s: a folder", output)
		case !force:
			return fmt.Errorf("%s: it exists; --force replaces it", output)
		}
	}
	return nil
}
