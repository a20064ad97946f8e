package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/doimages/contracttest/recording"
)

// standardInput is the name that stands for standard input.
const standardInput = "-"

// found is a file that may be a recording.
type found struct {
	file       string
	name       string // what is printed of it; see shortNames
	argument   string // the file, or the folder that has it, as the command line names it
	mayBeOther bool   // whether it may be something else: only its folder was named, and its name says nothing
}

// checkNamed returns an error if a command names no recording.
func checkNamed(command string, names []string) error {
	if len(names) == 0 {
		return fmt.Errorf("%s: name at least one recording, a folder, or - for standard input", command)
	}
	return checkNotEmpty(command, names)
}

// checkNotEmpty returns an error if an argument is empty, such as a variable that is not set.
func checkNotEmpty(command string, names []string) error {
	if i := slices.Index(names, ""); i >= 0 {
		return fmt.Errorf("%s: argument %d is empty: name a recording, a folder, or - for standard input", command, i+1)
	}
	return nil
}

// findRecordings returns the files that are named, and for a folder those in it and below, in the order of their names.
// Hidden files and folders are left out, and links to folders are not followed in it.
func findRecordings(ctx context.Context, names []string) ([]found, error) {
	return await(ctx, func() ([]found, error) {
		var list []found
		for _, name := range names {
			info, err := os.Stat(name)
			if name == standardInput || err != nil || !info.IsDir() { // one that is missing is found when it is read
				list = append(list, found{file: name, argument: name})
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
	root := folder + string(filepath.Separator) // without which a link to a folder is no folder
	_ = filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		isHidden := file != root && strings.HasPrefix(filepath.Base(file), ".")
		switch {
		case isHidden && entry.IsDir():
			return fs.SkipDir
		case isHidden:
			return nil
		case err != nil: // a folder that cannot be read is named when it is read as a file
			list = append(list, found{file: file, argument: folder})
			return nil
		}
		if isNamed := hasNameOfRecording(file); isFile(file) && !isProvenance(file) || isNamed && isBrokenLink(file) {
			list = append(list, found{file: file, argument: folder, mayBeOther: !isNamed})
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

// isBrokenLink reports whether a name is that of a link that leads nowhere, such as one to a large file that was not
// fetched, or one to itself.
func isBrokenLink(file string) bool {
	_, err := os.Stat(file)
	return err != nil
}

// recordingNames end the names of recordings: a file so named that is not one is damaged.
var recordingNames = []string{".har", ".har.gz", ".har.zip", ".cassette.yaml", ".cassette.yml", ".cassette.json"}

// hasNameOfRecording reports whether the name of a file says that it is a recording.
func hasNameOfRecording(file string) bool {
	name := strings.ToLower(file)
	return slices.ContainsFunc(recordingNames, func(end string) bool { return strings.HasSuffix(name, end) })
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
