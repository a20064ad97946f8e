package recording

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"example.com/doimages/contracttest/traffic"
)

// errOutside says that an archive names a file for a body that it must not name.
var errOutside = errors.New("the file of a body is not within the folder of the archive")

// errBodyTooLarge says that a body would not be judged anyway.
var errBodyTooLarge = fmt.Errorf("the file of a body is larger than %d MiB", traffic.MaxBody>>20)

// bodies are the files with the bodies of an archive, which Playwright writes beside it or with it into a zip.
//
// https://playwright.dev/docs/api/class-browser#browser-new-context-option-record-har
type bodies interface {
	// read returns the content of a file. The error is fs.ErrNotExist if there is none.
	read(name string) ([]byte, error)
}

// folderBodies are files in a folder, and never outside of it: an archive of someone else may name any file.
type folderBodies string

func (b folderBodies) read(name string) ([]byte, error) {
	if !fs.ValidPath(path.Clean(name)) {
		return nil, errOutside
	}
	root, err := os.OpenRoot(string(b))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(name) // follows a link only within the folder
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fs.ErrNotExist
	case err != nil:
		return nil, errOutside
	case !info.Mode().IsRegular(): // to open a pipe could take forever
		return nil, errors.New("the file of a body is not a regular file")
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, errors.New("the file of a body cannot be opened")
	}
	defer file.Close()
	return readBody(file)
}

// zipBodies are the files of a zip, by their names.
type zipBodies struct {
	files  map[string]*zip.File
	folder string // of the archive within the zip
}

func (b zipBodies) read(name string) ([]byte, error) {
	name = path.Join(b.folder, name)
	if !fs.ValidPath(name) {
		return nil, errOutside
	}
	file := b.files[name]
	if file == nil {
		return nil, fs.ErrNotExist
	}
	opened, err := file.Open()
	if err != nil {
		return nil, errors.New("the file of a body cannot be opened")
	}
	defer opened.Close()
	return readBody(opened)
}

// readBody reads as much as is judged of a body.
func readBody(file io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(file, traffic.MaxBody+1))
	switch {
	case err != nil:
		return nil, errors.New("the file of a body is damaged")
	case len(body) > traffic.MaxBody:
		return nil, errBodyTooLarge
	}
	return body, nil
}
