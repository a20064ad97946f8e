// Command contract checks exchanges with the images API against the contract: recorded ones, those of a suite that it
// runs against the API or a fake, and those that pass through its proxy.
//
//	contract verify FILE…
//	contract convert FILE… -o OUT
//	contract live
//	contract record
//	contract first-contact
//	contract proxy --target URL
//	contract serve
//	contract baseline FILE… -o known.yaml
//	contract suggest FILE… -o overlay.yaml
//	contract checks
//
// Its exit code is 0 if nothing was found, 1 if something was found, a case failed or was not run, or nothing was
// checked, and 2 if it could not do what it was asked for. contract --help says it in full.
//
// Each command has a file with three things: a type with its flags, the command, which fills it, and a function that
// runs it. What several commands need is in output.go (what fails a run, and where its report goes), target.go (the
// API that the suite runs against), files.go (documents and baselines), folder.go, recordings.go and reading.go (the
// recordings that are named), flags.go (what is wrong with a flag), draft.go (what baseline and suggest share), and
// server.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/openapi"
)

// The exit codes.
const (
	exitOK       = 0
	exitFindings = 1
	exitUnusable = 2
)

func main() {
	log.SetOutput(io.Discard)      // net/http writes there what a server sends unasked, which may hold a token
	signal.Ignore(syscall.SIGPIPE) // so that a reader that ends early, such as head, does not cost a report in a file
	// The first interrupt ends what is under way in good order. A second one, after stop, ends the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	p := process{
		stdin:        os.Stdin,
		stdout:       os.Stdout,
		stderr:       os.Stderr,
		getenv:       os.Getenv,
		width:        terminalWidth,
		shutdownTime: 5 * time.Second,
	}
	os.Exit(run(ctx, p, os.Args[1:]))
}

// run runs the program with arguments, and returns its exit code.
func run(ctx context.Context, p process, args []string) int {
	root := rootCommand(p)
	refuseRepeated(root, args)
	root.SetArgs(args)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUnusable): // which outranks findings: not all of it is known
		return exitUnusable // the report has said why
	case errors.Is(err, errFindings):
		return exitFindings // so it has of this
	}
	var secrets redact.Redactor
	secrets.Hide(p.getenv(tokenVariable))
	for _, line := range errorLines(err) {
		fmt.Fprintln(p.stderr, "contract:", redact.Printable(secrets.Text(line)))
	}
	return exitUnusable
}

// errorLines returns the texts of errors that were joined. An error names files and what is in them, which may have
// line ends of its own: those are no end of a line here.
func errorLines(err error) []string {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []string{err.Error()}
	}
	var lines []string
	for _, one := range joined.Unwrap() {
		lines = append(lines, errorLines(one)...)
	}
	return lines
}

// rootCommand returns the program. Cobra prints neither errors nor the usage after one: run prints the error, once.
func rootCommand(p process) *cobra.Command {
	root := &cobra.Command{
		Use:   "contract",
		Short: "Check exchanges with DigitalOcean's images API against the contract",
		Long: "contract " + openapi.Version + ` checks exchanges with DigitalOcean's images API against the embedded contract.

The exit code says what came of it, for every command:

  0  everything was done, and nothing was found that fails the run
  1  something of the severity --fail-on was found, a case failed or was not run to its end, nothing was checked
     or copied, or an option such as --min-coverage or --strict-baseline asks for more
  2  it could not be run, or not all of it: a file or the command line cannot be used, the API cannot be reached
     or refuses the token, or the budget is too small for the account`,
		Version:       openapi.Version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(
		verifyCommand(p),
		convertCommand(p),
		liveCommand(p),
		recordCommand(p),
		firstContactCommand(p),
		proxyCommand(p),
		serveCommand(p),
		baselineCommand(p),
		suggestCommand(p),
		checksCommand(p),
	)
	root.SetFlagErrorFunc(flagError)
	return root
}
