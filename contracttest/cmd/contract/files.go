package main

import (
	"context"
	"fmt"
	"io"
	"os"
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
