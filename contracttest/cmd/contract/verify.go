package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/openapi"
)

func verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify FILE…",
		Short: "Check go-vcr cassettes against the contract",
		Long: "Checks every request and response in go-vcr cassettes (*.yaml) against the contract, and prints what was\n" +
			"checked for each operation and status, and what was found. Nothing is sent anywhere.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, files []string) error { return verify(cmd.OutOrStdout(), files) },
	}
}

func verify(w io.Writer, files []string) error {
	contract, err := contracttest.Load(openapi.Document())
	if err != nil {
		return err
	}
	ledger, err := contracttest.LoadLedger(openapi.Accepted())
	if err != nil {
		return err
	}
	report := contract.NewReport(ledger)
	kinds := map[string]int{}
	for _, file := range files {
		exchanges, err := contracttest.ReadCassette(file)
		if err != nil {
			return err
		}
		kind := "unknown origin"
		switch provenance, err := contracttest.ReadProvenance(file); {
		case err == nil:
			kind = provenance.Kind
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		kinds[kind] += len(exchanges)
		report.NewSession(kind)
		for _, exchange := range exchanges {
			report.Add(exchange)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		fmt.Fprintf(w, "%d exchanges from: %s\n", kinds[kind], kind)
	}
	if err := report.WriteText(w); err != nil {
		return err
	}
	if report.Exchanges == 0 {
		fmt.Fprintln(w, "nothing was checked, which proves nothing")
	}
	if report.Exchanges == 0 || report.Worst(contracttest.Breaking) > 0 {
		return errFindings
	}
	return nil
}
