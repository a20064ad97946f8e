package fakeapi

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// namedEffect is an effect that ParseFault knows.
type namedEffect struct {
	value string // how a help text shows its value, "=N" or "[=TEXT]", or "" if it has none
	parse func(value string) (Effect, error)
	what  string // what it does, in a few words for a help text
}

// effects are the effects that ParseFault knows, by name.
var effects = map[string]namedEffect{
	"status": {
		value: "=N",
		parse: withValue(Status, parseStatus),
		what:  "responds with this status instead, from 300 to 599",
	},
	"burst": {
		value: "=D",
		parse: withValue(BurstLimit, parseWait),
		what:  "refuses with 429 as the limit per minute does; retry-after is D",
	},
	"hourly": {
		value: "=D",
		parse: withValue(HourlyLimit, time.ParseDuration),
		what:  "refuses with 429 as the limit per hour does; ratelimit-reset is D from now",
	},
	"redirect": {
		value: "=URL",
		parse: withValue(Redirect, parseText),
		what:  "redirects to this URL",
	},
	"html": {
		parse: withoutValue(GatewayPage),
		what:  "responds with the HTML page of a gateway",
	},
	"delay": {
		value: "=D",
		parse: withValue(Delay, parseWait),
		what:  "carries the request out at once, and responds after D",
	},
	"stall": {
		parse: withoutValue(Stall),
		what:  "carries the request out, and never responds",
	},
	"reset": {
		parse: withoutValue(Reset),
		what:  "breaks the connection before anything is done",
	},
	"lose-answer": {
		parse: withoutValue(LoseAnswer),
		what:  "carries the request out, and breaks the connection instead of responding",
	},
	"reset-after-headers": {
		parse: withoutValue(ResetAfterHeaders),
		what:  "breaks the connection after the headers of the response",
	},
	"truncate": {
		parse: withoutValue(Truncate),
		what:  "breaks the connection in the middle of the body",
	},
	"slow": {
		value: "=D",
		parse: withValue(Slow, parseWait),
		what:  "sends the body in eight parts, with a pause of D before each",
	},
	"content-type": {
		value: "=T",
		parse: withValue(ContentType, parseText),
		what:  "declares another media type than the body has",
	},
	"malformed": {
		parse: withoutValue(Malformed),
		what:  "sends the first half of the JSON, in a response that is otherwise complete",
	},
	"oversize": {
		value: "=N",
		parse: withValue(Oversize, parseCount),
		what:  "adds N bytes of white space to the body",
	},
	"gzip": {
		parse: withoutValue(Gzip),
		what:  "compresses the body, whether or not the request accepts that",
	},
	"next": {
		value: "=URL",
		parse: withValue(NextLink, parseText),
		what:  "makes every page of a list link to this URL as the next",
	},
	"total": {
		value: "=N",
		parse: withValue(Total, strconv.Atoi),
		what:  "adds N to the total of a list",
	},
	"add": {
		value: "=N",
		parse: withValue(AddImages, parseCount),
		what:  "creates N private images before the request, at the beginning of the list",
	},
	"remove": {
		value: "=N",
		parse: withValue(RemoveImages, parseCount),
		what:  "removes N images before the request, from the beginning of the list",
	},
	"fail-import": {
		value: "[=TEXT]",
		parse: withValue(FailImport, parseText),
		what:  "makes the import of the new image fail, with this error message",
	},
	"fail-action": {
		parse: withoutValue(FailAction),
		what:  "makes the action end as errored",
	},
	"unknown-enum": {
		parse: withoutValue(UnknownEnum),
		what:  "gives images and actions a status that the document does not have",
	},
	"extra-field": {
		parse: withoutValue(ExtraField),
		what:  "adds a field to images and actions that the document does not have",
	},
}

// choices are the keys that choose which requests a fault strikes, each with how to set it.
var choices = map[string]func(f *Fault, value string) error{
	"page":        func(f *Fault, value string) error { return setTo(&f.Page, parseCount, value) },
	"after":       func(f *Fault, value string) error { return setTo(&f.After, parseCount, value) },
	"count":       func(f *Fault, value string) error { return setTo(&f.Count, parseCount, value) },
	"probability": func(f *Fault, value string) error { return setTo(&f.Probability, parseProbability, value) },
	"seed":        func(f *Fault, value string) error { return setTo(&f.Seed, parseSeed, value) },
}

func setTo[T any](field *T, parse func(string) (T, error), value string) error {
	var err error
	*field, err = parse(value)
	return err
}

// Effects returns the effects that [ParseFault] knows, for a help text: a line for each, such as "  add=N  creates N
// private images …". N is a number, D a duration, T a media type; what is in brackets may be left out.
func Effects() string {
	var lines strings.Builder
	table := tabwriter.NewWriter(&lines, 0, 0, 2, ' ', 0)
	for _, name := range slices.Sorted(maps.Keys(effects)) {
		fmt.Fprintf(table, "  %s%s\t%s\n", name, effects[name].value, effects[name].what)
	}
	_ = table.Flush() // into memory
	return lines.String()
}

// ParseFault reads a fault from text: an operationId or *, a colon, and one effect and any choices, in any order,
// such as
//
//	images_list:status=500,page=3,count=1
//	*:delay=2s,probability=0.1,seed=7
//
// [Effects] returns the effects. The choices are page, after, count, probability and seed, the fields of [Fault]. An
// error names the text and what is wrong with it.
func ParseFault(text string) (Fault, error) {
	operation, settings, ok := strings.Cut(text, ":")
	if !ok {
		return Fault{}, fmt.Errorf("fault %q: it is written operation:effect, such as images_list:status=500", text)
	}
	var f Fault
	if operation != "*" {
		f.Operation = operation
		if !isOperation(operation) {
			return Fault{}, fmt.Errorf("fault %q: there is no operation %q", text, operation)
		}
	}
	for setting := range strings.SplitSeq(settings, ",") {
		if err := f.set(setting); err != nil {
			return Fault{}, fmt.Errorf("fault %q: %w", text, err)
		}
	}
	if f.Do.name == "" {
		return Fault{}, fmt.Errorf("fault %q: it has no effect", text)
	}
	if err := f.problem(); err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	return f, nil
}

// set sets what one part of a fault's text says: a choice or the effect.
func (f *Fault) set(setting string) error {
	key, value, hasValue := strings.Cut(setting, "=")
	if set, ok := choices[key]; ok {
		if err := set(f, value); err != nil {
			return fmt.Errorf("%q: %w", setting, err)
		}
		return nil
	}
	effect, ok := effects[key]
	if !ok {
		return fmt.Errorf("%q: it is neither an effect nor a choice", setting)
	}
	if effect.value == "" && hasValue {
		return fmt.Errorf("%q: it takes no value", setting)
	}
	if f.Do.name != "" {
		return errors.New("it has two effects")
	}
	if err := setTo(&f.Do, effect.parse, value); err != nil {
		return fmt.Errorf("%q: %w", setting, err)
	}
	return nil
}

// withValue returns how to parse an effect that takes a value.
func withValue[T any](effect func(T) Effect, parse func(string) (T, error)) func(string) (Effect, error) {
	return func(value string) (Effect, error) {
		v, err := parse(value)
		if err != nil {
			return Effect{}, err
		}
		return effect(v), nil
	}
}

// withoutValue returns how to parse an effect that takes none. ParseFault has refused any value before.
func withoutValue(effect func() Effect) func(string) (Effect, error) {
	return func(string) (Effect, error) { return effect(), nil }
}

func parseText(value string) (string, error) { return value, nil }

func parseStatus(value string) (int, error) {
	status, err := strconv.Atoi(value)
	if err == nil && (status < 300 || status > 599) {
		err = errors.New("not from 300 to 599")
	}
	return status, err
}

func parseCount(value string) (int, error) {
	n, err := strconv.Atoi(value)
	if err == nil && n < 0 {
		err = errNegative
	}
	return n, err
}

func parseSeed(value string) (uint64, error) { return strconv.ParseUint(value, 10, 64) }

func parseWait(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err == nil && d < 0 {
		err = errNegative
	}
	return d, err
}

func parseProbability(value string) (float64, error) {
	p, err := strconv.ParseFloat(value, 64)
	if err == nil && (math.IsNaN(p) || p < 0 || p > 1) {
		err = errors.New("not from 0 to 1")
	}
	return p, err
}

var errNegative = errors.New("less than 0")
