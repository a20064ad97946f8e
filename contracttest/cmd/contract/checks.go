package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/check"
)

func checksCommand(p process) *cobra.Command {
	return &cobra.Command{
		Use:   "checks",
		Short: "Explain each check: its name, its severity, and what it finds",
		Long: `Explains each check. Its name is the one in findings, in brackets at the end, and in a baseline.

Severities say what a finding does to a client: breaking can break one, drift is a difference that clients
tolerate, and a note is worth knowing.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return runChecks(p) },
	}
}

// runChecks prints the catalog in its order, in which checks that belong together stand together.
func runChecks(p process) error {
	table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "check\tseverity\twhat it finds")
	for _, c := range check.Checks() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", c.Name, c.Severity, c.Description)
	}
	return table.Flush()
}
