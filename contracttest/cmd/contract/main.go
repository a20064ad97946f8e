// Command contract checks recorded exchanges with the images API against the contract.
//
//	contract verify FILE…
//
// It exits with 0 when nothing was found, with 1 when something was or nothing was checked, and with 2 when a file or
// the command line cannot be used.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// errFindings ends the program with 1; every other error ends it with 2.
var errFindings = errors.New("the contract is broken, or nothing was checked")

func main() {
	root := &cobra.Command{
		Use:           "contract",
		Short:         "Check exchanges with DigitalOcean's images API against the contract",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(verifyCommand())
	switch err := root.Execute(); {
	case errors.Is(err, errFindings):
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "contract:", err)
		os.Exit(2)
	}
}
