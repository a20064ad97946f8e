// Package wholefile writes files that are whole or stay as they were.
package wholefile

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Write writes a file by a function, into a temporary file beside it that then takes its place. If anything fails, what
// was there before stays. A link to a file stays a link.
func Write(file string, write func(io.Writer) error) error {
	if linked, err := filepath.EvalSymlinks(file); err == nil {
		file = linked
	}
	if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
		return writeTo(file, write)
	}
	temporary, err := os.CreateTemp(filepath.Dir(file), ".unfinished-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	buffered := bufio.NewWriter(temporary)
	err = write(buffered)
	if err = errors.Join(err, buffered.Flush(), temporary.Chmod(0o644), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), file)
}

// writeTo writes to a pipe or a device.
func writeTo(file string, write func(io.Writer) error) error {
	out, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(out), out.Close())
}
