package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.com/doimages/contracttest/recording"
)

// standardInput is the name that stands for standard input.
const standardInput = "-"

// found is a file that may be a recording.
type found struct {
	file     string
	name     string // what is printed of it; see shortNames
	inFolder bool   // whether only the folder was named, which may have other files
}

// checkNamed returns an error if a command names no recording.
func checkNamed(command string, names []string) error {
	if len(names) == 0 {
		return fmt.Errorf("%s: name at least one recording, a folder, or - for standard input", command)
	}
	return nil
}

// findRecordings returns the files that are named, and for a folder those in it and below, in the order of their names.
// Hidden files and folders are left out, and links to folders are not followed.
func findRecordings(ctx context.Context, names []string) ([]found, error) {
	return await(ctx, func() ([]found, error) {
		var list []found
		for _, name := range names {
			info, err := os.Stat(name)
			if name == standardInput || err != nil || !info.IsDir() { // one that is missing is found when it is read
				list = append(list, found{file: name})
				continue
			}
			list = append(list, filesIn(name)...)
		}
		nameAll(list)
		return list, ctx.Err()
	})
}

// nameAll sets the names of files.
func nameAll(list []found) {
	files := make([]string, 0, len(list))
	for _, f := range list {
		files = append(files, f.file)
	}
	for i, name := range shortNames(files) {
		list[i].name = name
		if list[i].file == standardInput {
			list[i].name = "stdin"
		}
	}
}

func filesIn(folder string) (list []found) {
	_ = filepath.WalkDir(folder, func(file string, entry fs.DirEntry, err error) error {
		isHidden := file != folder && strings.HasPrefix(filepath.Base(file), ".")
		switch {
		case isHidden && entry.IsDir():
			return fs.SkipDir
		case isHidden:
			return nil
		case err != nil: // a folder that cannot be read is named when it is read as a file
			list = append(list, found{file: file})
			return nil
		}
		if isFile(file) && !isProvenance(file) {
			list = append(list, found{file: file, inFolder: true})
		}
		return nil
	})
	return list
}

// isFile reports whether a name is that of a regular file, or of a link to one.
func isFile(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular()
}

// isProvenance reports whether a file is the provenance of a cassette beside it, which is read with that.
func isProvenance(file string) bool {
	cassette, ok := strings.CutSuffix(file, ".provenance.yaml")
	return ok && isFile(cassette+".cassette.yaml")
}

// asOtherKind returns the error that says of a file that it is not a recording; nil if it is another one.
func asOtherKind(err error) *recording.KindError {
	var other *recording.KindError
	if errors.As(err, &other) {
		return other
	}
	return nil
}
