package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// firstContactOptions are the flags of contract first-contact.
type firstContactOptions struct {
	baseURL string // the embedded fake if empty
	dir     string
}

func firstContactCommand(p process) *cobra.Command {
	var options firstContactOptions
	cmd := &cobra.Command{
		Use:   "first-contact [--base-url URL] [-o DIR]",
		Short: "Compare the API with what others saw of it, and record its responses",
		Long: `For the first person with a token. What is known of the API beside its documentation comes from reports of
others. This command asks the API for each of them that a token with the scope image:read can see, and prints
whether it is confirmed, refuted or not seen. It only reads.

Every exchange is checked against the contract, and recorded: DIR, which must be new or empty, gets a cassette
and its provenance for each operation, without tokens and e-mail addresses. Names, ids and dates of the account's
images stay, so read the files before you publish them. For an account with few images it takes some 40 requests.

The token is read from ` + tokenVariable + `. Without --base-url, the target is the embedded fake, which is no
evidence of how the API behaves.

The exit code is 0 if something was confirmed, nothing refuted and the contract kept, and otherwise 1. It is 2 if
the API cannot be read, DIR cannot be written, or the run was interrupted.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runFirstContact(cmd.Context(), p, options) },
	}
	cmd.Flags().StringVar(&options.baseURL, "base-url", "", "the API, such as "+openapi.BaseURL)
	cmd.Flags().StringVarP(&options.dir, "output", "o", "first-contact", "the folder for the cassettes")
	return cmd
}

// firstContactTime bounds a run, which takes seconds: a server that has fallen silent holds up each case for a minute.
const firstContactTime = 5 * time.Minute

// runFirstContact runs the cases that hold observations. The cassettes are written whatever comes of them: they show
// why.
func runFirstContact(ctx context.Context, p process, options firstContactOptions) error {
	if err := makeEmptyFolder(options.dir); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	api := targetOptions{baseURL: options.baseURL}
	target, stop, err := resolveTarget(p, api)
	if err != nil {
		return err
	}
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, firstContactTime)
	defer cancel()
	images, err := probe(ctx, target)
	if err != nil {
		return inOneLine(target.Token, err)
	}
	target.Budget = min(contracttest.BudgetFor(images), maxComputedBudget)
	recorders := &operationRecorders{dir: options.dir, byOperation: map[string]*recording.Recorder{}}
	if recorders.base, err = api.base(); err != nil {
		return err
	}
	target.Transport, target.Write = recorders, false
	results, r, err := contracttest.RunCases(ctx, target, observations()...)
	if err != nil {
		return err
	}
	recorders.nameFiles(r.Findings, results)
	files, err := recorders.close()
	err = errors.Join(err, r.Write(p.stdout, "text"), contracttest.WriteObservations(p.stdout, results))
	if err != nil {
		return err
	}
	writeFirstContactEnd(p, options, files)
	return firstContactVerdict(ctx, p, r, results)
}

// writeFirstContactEnd writes what was asked, and what to do with the recordings.
func writeFirstContactEnd(p process, options firstContactOptions, files []string) {
	target := cmp.Or(options.baseURL, "the embedded fake, which is no evidence of how the API behaves")
	var secrets redact.Redactor
	fmt.Fprintf(p.stdout, "target: %s\n", redact.Printable(secrets.Text(target)))
	fmt.Fprintf(p.stdout, "Nothing was written to it. Recorded, each with its provenance: %s\n",
		redact.Printable(strings.Join(files, ", ")))
	fmt.Fprintln(p.stdout, "Names, ids and dates of images are in these files: read them before you show them to anybody.")
}

// firstContactVerdict returns errFindings unless something was confirmed and nothing is wrong. A run that was
// interrupted has no verdict: what was not asked for is neither confirmed nor refuted.
func firstContactVerdict(ctx context.Context, p process, r *report.Report, results []contracttest.Result) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if n := r.CountAtLeast(r.FailOn); n > 0 {
		fmt.Fprintf(p.stdout, "The contract is broken: %s, listed above.\n", plural.Of(n, "finding"))
		return errFindings
	}
	isConfirmed := func(r contracttest.Result) bool { return r.Err == nil && r.Skipped == "" }
	if slices.ContainsFunc(results, contracttest.Result.Refuted) || !slices.ContainsFunc(results, isConfirmed) {
		return errFindings
	}
	return nil
}

// makeEmptyFolder makes a folder, before the first request. One with files is refused: they may be the only recordings
// of the API that there are.
func makeEmptyFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(files) > 0 {
		return fmt.Errorf("%s has files; name a new folder, since recordings are not replaced", dir)
	}
	probe, err := os.CreateTemp(dir, "")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// observations returns the cases that hold what others saw, and that only read.
func observations() []contracttest.Case {
	return slices.DeleteFunc(contracttest.Cases(), func(c contracttest.Case) bool { return c.Observed == "" || c.Writes })
}

// readOperations are the operations that a token with the scope image:read can use.
var readOperations = []string{"images_list", "images_get", "imageActions_list", "imageActions_get"}

// operationRecorders is a transport that records each operation in a cassette of its own.
type operationRecorders struct {
	dir  string
	base traffic.Base

	mu          sync.Mutex
	byOperation map[string]*recording.Recorder // those that were used
	places      []string                       // of each request, such as images_get.cassette.yaml#3; "" if not recorded
}

// RoundTrip implements [http.RoundTripper]. The suite sends one request at a time, so that the last exchange of a
// recorder is that of the request.
func (r *operationRecorders) RoundTrip(req *http.Request) (*http.Response, error) {
	u, _ := r.base.Strip(req.URL)
	operation := readOperation(u.Path)
	recorder, err := r.of(operation)
	if err != nil {
		return nil, err
	}
	before := recorder.Len()
	resp, err := recorder.RoundTrip(req)
	place := ""
	if recorder.Len() > before {
		place = fmt.Sprintf("%s#%d", filepath.Base(r.file(operation)), before)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.places = append(r.places, place)
	return resp, err
}

// nameFiles adds to the source of findings, which is a case and the number of its request, where the cassettes have the
// exchange: who looks into it opens a file.
func (r *operationRecorders) nameFiles(groups []report.Group, results []contracttest.Result) {
	placeOf, sent := map[string]string{}, 0
	for _, result := range results {
		for i := range min(result.Requests, len(r.places)-sent) {
			placeOf[fmt.Sprintf("%s#%d", result.Case.Name, i+1)] = r.places[sent+i]
		}
		sent += result.Requests
	}
	addPlace := func(source *string) {
		if place := placeOf[*source]; place != "" {
			*source += " (" + place + ")"
		}
	}
	for i := range groups {
		addPlace(&groups[i].Source)
		for k := range groups[i].Places {
			addPlace(&groups[i].Places[k].Source)
		}
	}
}

// of returns the recorder of an operation.
func (r *operationRecorders) of(operation string) (*recording.Recorder, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byOperation[operation] == nil {
		recorder, err := recording.NewRecorder(http.DefaultTransport, r.file(operation), recording.WithBase(r.base))
		if err != nil {
			return nil, err
		}
		r.byOperation[operation] = recorder
	}
	return r.byOperation[operation], nil
}

func (r *operationRecorders) file(operation string) string {
	return filepath.Join(r.dir, operation+".cassette.yaml")
}

// readOperation returns the operation that a GET of a path is. What follows /v2/images says which: nothing, an image,
// its actions, or one of these.
func readOperation(path string) string {
	rest := strings.TrimPrefix(path, "/v2/images")
	depth := min(strings.Count(rest, "/"), len(readOperations)-1)
	return readOperations[depth]
}

// close writes the cassettes, and returns their names.
func (r *operationRecorders) close() (files []string, err error) {
	var errs []error
	for _, operation := range slices.Sorted(maps.Keys(r.byOperation)) {
		err := r.byOperation[operation].Close()
		if errors.Is(err, recording.ErrNothingRecorded) {
			continue // the results say why
		}
		errs = append(errs, err)
		files = append(files, r.file(operation))
	}
	return files, errors.Join(errs...)
}
