package contracttest_test

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// targets returns the targets of the Makefile, but for the two that list the others.
func targets(t *testing.T) (names []string) {
	t.Helper()
	makefile := readText(t, "../Makefile")
	for _, line := range regexp.MustCompile(`(?m)^\.PHONY: (.*)$`).FindAllStringSubmatch(makefile, -1) {
		names = append(names, strings.Fields(line[1])...)
	}
	for _, rule := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(makefile, -1) {
		assert.Contains(t, names, rule[1], "a target that is not .PHONY")
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "help" || name == "help-all" })
}

// The list of what there is fits a terminal of 80 columns and 24 rows, the last of which has the prompt. The longer one
// explains every target.
func TestMakeHelp(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("make is not here")
	}
	for name, test := range map[string]struct {
		target string
		rows   int
		entry  string // in which %s is a target
	}{
		"the targets of every day": {
			target: "help",
			rows:   23,
			entry:  `(?m)^  (.*  )?%s(  .*)?$`,
		},
		"every target": {
			target: "help-all",
			rows:   60,
			entry:  `(?m)^  %s +\w.{10}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			printed := runIn(t, "..", nil, "make", "--silent", "--no-print-directory", test.target)
			for line := range strings.Lines(printed) {
				assert.LessOrEqual(t, len(line)-1, 80, line)
			}
			assert.LessOrEqual(t, strings.Count(printed, "\n"), test.rows)
			for _, name := range targets(t) {
				assert.Regexp(t, strings.ReplaceAll(test.entry, "%s", name), printed)
			}
		})
	}
}

// Whoever reads a page finds the targets that are for its reader, and each target is on a page.
func TestPagesNameTheTargets(t *testing.T) {
	command := regexp.MustCompile("(?m)(?:^|^\\$ |`)make((?: [a-z-]+)+)")
	named := map[string]bool{}
	require.NoError(t, filepath.WalkDir("..", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".md" || filepath.Base(file) == "CHANGELOG.md" {
			return err
		}
		for _, match := range command.FindAllStringSubmatch(readText(t, file), -1) {
			for name := range strings.FieldsSeq(match[1]) {
				assert.Contains(t, append(targets(t), "help-all"), name, "%s: make%s", file, match[1])
				named[name] = true
			}
		}
		return nil
	}))
	for _, name := range targets(t) {
		assert.True(t, named[name], "no page says what make %s is for", name)
	}
}
