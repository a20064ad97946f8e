// Command contract checks exchanges with the images API against the contract: recorded ones, and those of a suite that
// it runs against the API or against a fake.
//
//	contract verify FILE…
//	contract live
//	contract record
//	contract proxy --target URL
//	contract serve
//
// It exits with 0 when nothing was found, with 1 when something was or nothing was checked, and with 2 when a file or
// the command line cannot be used.
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

	"github.com/spf13/cobra"
)

// errFindings ends the program with 1; every other error ends it with 2.
var errFindings = errors.New("the contract is broken, or nothing was checked")

func main() {
	root := &cobra.Command{
		Use:   "contract",
		Short: "Check exchanges with DigitalOcean's images API against the contract",
		Long: `Checks exchanges with DigitalOcean's images API against the contract that is embedded in this program.

The exit code is 0 when nothing was found, 1 when something was or nothing was checked, and 2 when a file or the command
line cannot be used.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(verifyCommand(), liveCommand(), recordCommand(), proxyCommand(), serveCommand())
	log.SetOutput(io.Discard)      // net/http writes there what a server sent out of turn
	signal.Ignore(syscall.SIGPIPE) // so that a reader that has seen enough, such as head, costs no report in a file
	// The first interrupt ends what is under way in good order; a second one, after stop, ends the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	switch err := root.ExecuteContext(ctx); {
	case errors.Is(err, errFindings):
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "contract:", err)
		os.Exit(2)
	}
}
