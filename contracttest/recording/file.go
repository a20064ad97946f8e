package recording

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// maxFile is how large a cassette or a provenance may be, in bytes: they are read as a whole.
const maxFile = 64 << 20

// maxSpooled is how much of a recording is kept in temporary files, in bytes: a compressed file can have a thousand
// times its size in it.
const maxSpooled = 8 << 30

// checkFile returns an error if a file cannot be read as a whole. A pipe may have nobody that writes to it, and a
// device no end.
func checkFile(file string) error {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: not a regular file", file)
	case info.Size() > maxFile:
		return tooLarge(file)
	}
	return nil
}

func tooLarge(file string) error { return fmt.Errorf("%s: larger than %d MiB", file, maxFile>>20) }

// input is a recording that can be read at any place, more than once.
type input struct {
	name    string // begins the names of its exchanges
	content io.ReaderAt
	size    int64
	bodies  bodies // the files beside it; nil if there are none
	depth   int    // from how many others it was unpacked
}

// reader returns a reader of all of it.
func (in *input) reader() io.Reader { return io.NewSectionReader(in.content, 0, in.size) }

// whole returns all of it, if it is not too large to be read as a whole.
func (in *input) whole() ([]byte, error) {
	if in.size > maxFile {
		return nil, tooLarge(in.name)
	}
	text := make([]byte, in.size)
	if _, err := in.content.ReadAt(text, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return text, nil
}

// head returns its first bytes, by which its kind is known.
func (in *input) head() ([]byte, error) {
	text := make([]byte, min(in.size, headSize))
	if _, err := in.content.ReadAt(text, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return text, nil
}

// openFiles holds what is open while a recording is read.
type openFiles struct {
	closers []func()
	room    *int64 // how much more may be kept in temporary files, in bytes
}

func newOpenFiles() *openFiles {
	room := int64(maxSpooled)
	return &openFiles{room: &room}
}

// within returns files that are closed before the others, and share their room.
func (f *openFiles) within() *openFiles { return &openFiles{room: f.room} }

func (f *openFiles) close() {
	for _, closes := range f.closers {
		closes()
	}
}

// open opens a file, whose exchanges get the name. What is not a regular file, such as a pipe, is kept in a temporary
// one, since it is read twice.
func (f *openFiles) open(file, name string) (*input, error) {
	opened, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	f.closers = append(f.closers, func() { _ = opened.Close() })
	info, err := opened.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s: a folder", file)
	case !info.Mode().IsRegular():
		return f.spoolStream(opened, name)
	}
	return &input{
		name:    name,
		content: opened,
		size:    info.Size(),
		bodies:  folderBodies(filepath.Dir(file)),
	}, nil
}

// spoolStream keeps what it reads in a temporary file, unless it begins as no recording does: a device may have no end.
func (f *openFiles) spoolStream(from io.Reader, name string) (*input, error) {
	buffered := bufio.NewReader(from)
	head, err := buffered.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if _, what := formOfHead(head); what != "" {
		return nil, &KindError{File: name, What: what}
	}
	return f.spool(buffered, name)
}

// spool keeps what it reads in a temporary file. Where the system allows that, the file has no name from the start, so
// that it is gone however the program ends.
func (f *openFiles) spool(from io.Reader, name string) (*input, error) {
	temporary, err := os.CreateTemp("", "recording-*")
	if err != nil {
		return nil, err
	}
	removed := os.Remove(temporary.Name()) == nil
	f.closers = append(f.closers, func() {
		_ = temporary.Close()
		if !removed {
			_ = os.Remove(temporary.Name())
		}
	})
	size, err := io.Copy(temporary, io.LimitReader(from, *f.room+1))
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the file ends too early")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if *f.room -= size; *f.room < 0 {
		return nil, fmt.Errorf("%s: larger than %d GiB", name, int64(maxSpooled)>>30)
	}
	return &input{name: name, content: temporary, size: size}, nil
}
