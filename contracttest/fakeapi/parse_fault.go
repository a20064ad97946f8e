package fakeapi

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// effects are the effects that ParseFault knows, by name, each with the form of its value in a help text.
var effects = map[string]struct {
	value string
	parse func(value string) (Effect, error)
}{
	"status":              {"N", withValue(Status, parseStatus)},
	"burst":               {"D", withValue(BurstLimit, parseWait)},
	"hourly":              {"D", withValue(HourlyLimit, time.ParseDuration)},
	"redirect":            {"URL", withValue(Redirect, parseText)},
	"html":                {"", withoutValue(GatewayPage)},
	"delay":               {"D", withValue(Delay, parseWait)},
	"stall":               {"", withoutValue(Stall)},
	"reset":               {"", withoutValue(Reset)},
	"lose-answer":         {"", withoutValue(LoseAnswer)},
	"reset-after-headers": {"", withoutValue(ResetAfterHeaders)},
	"truncate":            {"", withoutValue(Truncate)},
	"slow":                {"D", withValue(Slow, parseWait)},
	"content-type":        {"T", withValue(ContentType, parseText)},
	"malformed":           {"", withoutValue(Malformed)},
	"oversize":            {"N", withValue(Oversize, parseCount)},
	"gzip":                {"", withoutValue(Gzip)},
	"next":                {"URL", withValue(NextLink, parseText)},
	"total":               {"N", withValue(Total, strconv.Atoi)},
	"add":                 {"N", withValue(AddImages, parseCount)},
	"remove":              {"N", withValue(RemoveImages, parseCount)},
	"unknown-enum":        {"", withoutValue(UnknownEnum)},
	"extra-field":         {"", withoutValue(ExtraField)},
}

// selectors are the keys that choose the requests which a fault strikes.
var selectors = map[string]func(f *Fault, value string) error{
	"page":        func(f *Fault, value string) (err error) { f.Page, err = parseCount(value); return err },
	"after":       func(f *Fault, value string) (err error) { f.After, err = parseCount(value); return err },
	"count":       func(f *Fault, value string) (err error) { f.Count, err = parseCount(value); return err },
	"probability": func(f *Fault, value string) (err error) { f.Probability, err = parseProbability(value); return err },
	"seed":        func(f *Fault, value string) (err error) { f.Seed, err = strconv.ParseUint(value, 10, 64); return err },
}

// Effects lists the effects that ParseFault knows, as a help text names them: "add=N, burst=D, …".
func Effects() string {
	names := slices.Sorted(maps.Keys(effects))
	for i, name := range names {
		if value := effects[name].value; value != "" {
			names[i] += "=" + value
		}
	}
	return strings.Join(names, ", ")
}

// ParseFault reads a fault from text: an operation id or *, a colon, and an effect and selectors in any order, such as
//
//	images_list:status=500,page=3,count=1
//	*:delay=2s,probability=0.1,seed=7
//
// Effects lists the effects; the selectors are page, after, count, probability and seed.
func ParseFault(text string) (Fault, error) {
	operation, settings, ok := strings.Cut(text, ":")
	if !ok {
		return Fault{}, fmt.Errorf("fault %q: it is written operation:effect, such as images_list:status=500", text)
	}
	f := Fault{Operation: operation}
	if operation == "*" {
		f.Operation = ""
	} else if !isOperation(operation) {
		return Fault{}, fmt.Errorf("fault %q: there is no operation %q", text, operation)
	}
	for _, setting := range strings.Split(settings, ",") {
		if err := f.set(setting); err != nil {
			return Fault{}, fmt.Errorf("fault %q: %w", text, err)
		}
	}
	if f.Do.name == "" {
		return Fault{}, fmt.Errorf("fault %q: it has no effect", text)
	}
	if err := f.pageProblem(); err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	return f, nil
}

// set takes in one effect or selector.
func (f *Fault) set(setting string) error {
	key, value, hasValue := strings.Cut(setting, "=")
	if set, ok := selectors[key]; ok {
		if err := set(f, value); err != nil {
			return fmt.Errorf("%q: %w", setting, err)
		}
		return nil
	}
	effect, ok := effects[key]
	switch {
	case !ok:
		return fmt.Errorf("%q: it is neither an effect nor a choice", setting)
	case effect.value == "" && hasValue:
		return fmt.Errorf("%q: it takes no value", setting)
	case f.Do.name != "":
		return errors.New("it has two effects")
	}
	var err error
	if f.Do, err = effect.parse(value); err != nil {
		return fmt.Errorf("%q: %w", setting, err)
	}
	return nil
}

func withValue[T any](effect func(T) Effect, parse func(string) (T, error)) func(string) (Effect, error) {
	return func(value string) (Effect, error) {
		v, err := parse(value)
		if err != nil {
			return Effect{}, err
		}
		return effect(v), nil
	}
}

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
