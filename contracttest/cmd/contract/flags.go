package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// refuseRepeated has all commands refuse a flag that takes one value and is given twice, of which the last would win
// without a word. Not so while a shell completes a command line: cobra then reads the flags twice.
func refuseRepeated(root *cobra.Command, args []string) {
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		return
	}
	for _, cmd := range root.Commands() {
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			_, isList := flag.Value.(pflag.SliceValue)
			if !isList && flag.NoOptDefVal == "" { // which a flag without a value has
				flag.Value = &onceValue{Value: flag.Value}
			}
		})
	}
}

// onceValue is the value of a flag that can be given once.
type onceValue struct {
	pflag.Value
	isSet bool
}

var errGivenTwice = errors.New("given twice, and it takes one value")

// Set implements [pflag.Value].
func (v *onceValue) Set(text string) error {
	if v.isSet {
		return errGivenTwice
	}
	v.isSet = true
	return v.Value.Set(text)
}

// flagError returns an error of reading flags in plain words.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid):
		return invalidValue(invalid)
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var flags []string
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { flags = append(flags, flag.Name) })
		return fmt.Errorf("%w%s", err, didYouMean("--", unknown.GetSpecifiedName(), flags))
	}
	return err
}

// isNotOf says what a value is not that a flag of a type refuses.
var isNotOf = map[string]string{
	"int":      "it is not a whole number",
	"uint64":   "it is not a whole number of at least 0",
	"float64":  "it is not a percentage, such as 80", // of --min-coverage, the only one
	"duration": "it is not a time such as 30s or 2h",
	"bool":     "it is neither true nor false",
}

// invalidValue says what is wrong with a value that a flag refuses, where the flag does not say it itself.
func invalidValue(err *pflag.InvalidValueError) error {
	flag, problem, value := err.GetFlag(), err.Unwrap(), err.GetValue()
	if value == "" {
		value = `""`
	}
	var number *strconv.NumError
	isOfParser := errors.As(problem, &number) || flag.Value.Type() == "duration"
	switch {
	case errors.Is(problem, errGivenTwice):
		return fmt.Errorf("--%s: %w", flag.Name, problem)
	case errors.Is(problem, strconv.ErrRange):
		problem = errors.New("it is out of range")
	case isOfParser && isNotOf[flag.Value.Type()] != "":
		problem = errors.New(isNotOf[flag.Value.Type()])
	}
	return fmt.Errorf("--%s %s: %w", flag.Name, value, problem)
}

// didYouMean asks for the names that were probably meant, as cobra finds commands; "" if there is none. It begins with
// a semicolon, since it follows an error.
func didYouMean(prefix, typed string, names []string) string {
	if typed == "" {
		return ""
	}
	commands := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, name := range names {
		commands.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	meant := commands.SuggestionsFor(typed)
	if len(meant) == 0 {
		return ""
	}
	return "; did you mean " + prefix + strings.Join(meant, " or "+prefix) + "?"
}
