package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/wholefile"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/openapi"
)

// maxDocument is how large a document or a baseline may be, in bytes. DigitalOcean's whole document has some 3 MiB.
const maxDocument = 16 << 20

// readFile reads a document or a baseline until ctx ends: the name may be that of a pipe to which nobody writes, or of
// a device that has no end.
func readFile(ctx context.Context, name string) ([]byte, error) {
	return await(ctx, func() ([]byte, error) {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		text, err := io.ReadAll(io.LimitReader(file, maxDocument+1))
		if err == nil && len(text) > maxDocument {
			err = fmt.Errorf("%s: larger than %d MiB", name, maxDocument>>20)
		}
		return text, err
	})
}

// writeFile writes a file whole, or leaves it as it was.
func writeFile(name string, text []byte) error {
	return wholefile.Write(name, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// readDocument reads an OpenAPI document, or returns the embedded one if no file is named.
func readDocument(ctx context.Context, file string) ([]byte, error) {
	if file == "" {
		return openapi.Document(), nil
	}
	return readFile(ctx, file)
}

// readBaselines reads the files of --baseline as one baseline; nil if none is named. Where there are several, what is
// said of an entry names its file.
func readBaselines(ctx context.Context, files []string) (*check.Baseline, error) {
	if len(files) == 0 {
		return nil, nil
	}
	var baseline check.Baseline
	for _, file := range files {
		if file == "" { // of a variable that is not set
			return nil, errors.New("--baseline: the name of the file is empty")
		}
		text, err := readFile(ctx, file)
		if err != nil {
			return nil, fmt.Errorf("--baseline: %w", err)
		}
		name := ""
		if len(files) > 1 {
			name = file
		}
		if err := baseline.Add(name, text); err != nil {
			return nil, fmt.Errorf("--baseline: %s: %w", file, err)
		}
	}
	return &baseline, nil
}

// loadReport returns an empty report that checks against a document. The name is that of its file, if it has one.
func loadReport(ctx context.Context, name string, document []byte, baseline *check.Baseline) (*report.Report, error) {
	r, err := await(ctx, func() (*report.Report, error) { return report.Load(document, baseline) })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cmp.Or(name, "the embedded document"), err)
	}
	return r, nil
}

// await returns what a function returns, or the cause for which ctx ended before that. The function then goes on until
// the program ends: opening and reading a file cannot be interrupted.
func await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value: value, err: err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// isSame reports whether a name is that of a file, by whatever path.
func isSame(info os.FileInfo, file string) bool {
	other, err := os.Stat(file)
	return err == nil && os.SameFile(info, other)
}
