package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

// verifyOptions are the flags of contract verify.
type verifyOptions struct {
	output outputOptions
	served servedOptions
	spec   string // a file; the embedded document if empty

	failOnSkip bool
}

func verifyCommand(p process) *cobra.Command {
	var options verifyOptions
	cmd := &cobra.Command{
		Use:   "verify FILE…",
		Short: "Check recordings against the contract: HTTP Archives, cassettes, Postman collections",
		Long: `Checks every request and response in recordings against the contract. Prints what was checked for each
operation and status, what was found, and what was skipped and why. Nothing is sent anywhere. Each recording is a
session of its own.

A recording is known by what is in it: an HTTP Archive (HAR) of a browser, a proxy, Playwright or Polly.JS,
also in gzip, zip or UTF-16; a cassette of go-vcr, vcrpy or Ruby's VCR; a Postman collection with saved
examples. FILE may be a folder. A file in it that is not a recording is named and left out, unless its name
is that of one: .har, .har.gz, .har.zip, .cassette.yaml, .cassette.yml or .cassette.json. Hidden files and links to
folders in it are passed over. FILE may be - for standard input. A FILE with nothing to check is counted as skipped.

The exit code is 0 if nothing of the severity --fail-on was found. It is 1 if something was, if nothing was
checked, or by --min-coverage, --strict-baseline or --fail-on-skip. It is 2 if a file, an entry in one or a
flag cannot be used; the rest is checked all the same. If it is interrupted, it is 2 as well, and the reports
have what was checked until then.`,
		RunE: func(cmd *cobra.Command, files []string) error { return runVerify(cmd.Context(), p, options, files) },
	}
	options.output.addFlags(cmd)
	options.served.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&options.spec, "spec", "",
		"an OpenAPI 3.0 or 3.1 document to check against, bundled into one file\n"+
			"(default: the embedded contract); only the operations that the\n"+
			"recordings touch have to be valid")
	flags.BoolVar(&options.failOnSkip, "fail-on-skip", false,
		"fail if an exchange with the API cannot be checked, such as one without its body,\n"+
			"or if there is nothing to check in a FILE")
	return cmd
}

// runVerify checks recordings, one after the other, into one report. How many exchanges came from where is printed
// beside it: a recording of a fake is no evidence of how the API behaves. So is what was not checked, and why.
func runVerify(ctx context.Context, p process, options verifyOptions, files []string) error {
	if err := checkNamed("verify", files); err != nil {
		return err
	}
	where, err := options.served.parse()
	if err != nil {
		return err
	}
	o, err := newOutput(ctx, p, options.output)
	if err != nil {
		return err
	}
	r, err := newReport(ctx, options.spec, o)
	if err != nil {
		return err
	}
	r.FailOnSkip = options.failOnSkip
	found, err := findRecordings(ctx, files)
	if err != nil {
		return err
	}
	if err := checkInputs(options.output.files, found, options.spec); err != nil {
		return err
	}
	seen := newReading(p, r)
	interrupted := seen.addRecordings(ctx, r, found, where)
	if interrupted == nil {
		seen.nameEmpty(files)
	} else {
		r.AddProblem("", "interrupted, so that not all was checked: "+interrupted.Error())
	}
	seen.writeOrigins()
	seen.write()
	if err := errors.Join(o.write(r), interrupted); err != nil {
		return err
	}
	return o.verdict(r)
}
