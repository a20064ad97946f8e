package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is wrong with the command line is said in plain words, with what is right.
func TestFlagsAreRefusedInPlainWords(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"verify --min-coverage abc a":         "--min-coverage abc: it is not a percentage, such as 80",
		"verify --min-coverage= a":            `--min-coverage "": it is not a percentage, such as 80`,
		"serve --images many":                 "--images many: it is not a whole number",
		"serve --images 99999999999999999999": "--images 99999999999999999999: it is out of range",
		"serve --seed -1":                     "--seed -1: it is not a whole number of at least 0",
		"serve --import-time 5":               "--import-time 5: it is not a time such as 30s or 2h",
		"serve --control=maybe":               "--control maybe: it is neither true nor false",
		"live --budget x":                     "--budget x: it must be a number, and at least 1",
		"verify --basline known.yaml":         "unknown flag: --basline; did you mean --baseline?",
		"verify --fail-on-skp a":              "unknown flag: --fail-on-skp; did you mean --fail-on-skip?",
		"verify --strict a":                   "unknown flag: --strict; did you mean --strict-baseline?",
		"verify --quiet a":                    "unknown flag: --quiet",
		"verify --fail-on a --fail-on b":      "--fail-on: given twice, and it takes one value",
		"convert a -o b.har --output c.har":   "--output: given twice, and it takes one value",
		"serve --addr a --addr b":             "--addr: given twice, and it takes one value",
		"verify --operations image_list a":    `--operations: there is no operation "image_list"; did you mean images_list?`,
		"verify --operations droplets a":      `--operations: there is no operation "droplets", only imageActions_get, `, // and all others
		"serve --fault image_list:html":       `there is no operation "image_list"; did you mean images_list?`,
		"serve --fault images_list:htm":       "neither an effect nor a choice",
	} {
		exit, out := execute(t, nil, strings.Fields(args)...)
		assert.Equal(t, 2, exit, args)
		assert.Contains(t, out, want)
		assert.Equal(t, strings.Contains(want, "did you mean"), strings.Contains(out, "did you mean"), out)
	}
}

// A flag for several values takes them all.
func TestFlagsForSeveralValues(t *testing.T) {
	t.Parallel()
	exit, out := execute(t, nil, "verify", "--host", "a.example", "--host", "b.example", "--operations", "images_get",
		"--operations", "seen", recordings+"images_get.cassette.yaml")
	assert.Equal(t, 0, exit, out)
}

func TestEmptyArgumentsAreNamed(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"verify", "live", "convert", "baseline", "suggest"} {
		args := []string{command, "a.har", ""}
		if command != "verify" && command != "live" {
			args = append(args, "-o", "x.har")
		}
		exit, out := execute(t, nil, args...)
		assert.Equal(t, 2, exit, out)
		assert.Contains(t, out, command+": argument 2 is empty: name a recording, a folder, or - for standard input\n")
	}
}
