package fakeapi

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseFault reads a fault from text, as the serve command takes it: an operation id or *, a colon, and the effect and
// the choice of requests in any order, such as
//
//	images_list:status=500,page=3,count=1
//	*:delay=2s,probability=0.1,seed=7
//
// The effects are status=N, burst=D, hourly=D, redirect=URL, html, delay=D, stall, reset, lose-answer,
// reset-after-headers, truncate, slow=D, content-type=T, malformed, oversize=N, gzip, next=URL, total=N, add=N, remove=N,
// unknown-enum and extra-field; the choices page, after, count, probability and seed. Only total and hourly can be
// negative.
func ParseFault(text string) (Fault, error) {
	operation, rest, ok := strings.Cut(text, ":")
	if !ok {
		return Fault{}, fmt.Errorf("fault %q: it is written operation:effect, such as images_list:status=500", text)
	}
	f := Fault{Operation: operation}
	if operation == "*" {
		f.Operation = ""
	} else if !isOperation(operation) {
		return Fault{}, fmt.Errorf("fault %q: there is no operation %q", text, operation)
	}
	for _, part := range strings.Split(rest, ",") {
		key, value, hasValue := strings.Cut(part, "=")
		chosen, err := f.choose(key, value)
		if err == nil && !chosen {
			var do Effect
			do, err = parseEffect(key, value, hasValue)
			if err == nil && f.Do.name != "" {
				return Fault{}, fmt.Errorf("fault %q: it has two effects", text)
			}
			f.Do = do
		}
		if err != nil {
			return Fault{}, fmt.Errorf("fault %q: %q: %w", text, part, err)
		}
	}
	if f.Do.name == "" {
		return Fault{}, fmt.Errorf("fault %q: it has no effect", text)
	}
	return f, nil
}

// choose reads a choice of requests, if it is one.
func (f *Fault) choose(key, value string) (ok bool, err error) {
	switch key {
	case "page":
		f.Page, err = parseCount(value)
	case "after":
		f.After, err = parseCount(value)
	case "count":
		f.Count, err = parseCount(value)
	case "probability":
		f.Probability, err = strconv.ParseFloat(value, 64)
		if err == nil && !(f.Probability >= 0 && f.Probability <= 1) { // NaN is neither
			err = errors.New("not from 0 to 1")
		}
	case "seed":
		f.Seed, err = strconv.ParseUint(value, 10, 64)
	default:
		return false, nil
	}
	return true, err
}

func parseEffect(key, value string, hasValue bool) (Effect, error) {
	switch key {
	case "status":
		status, err := strconv.Atoi(value)
		if err == nil && (status < 300 || status > 599) {
			err = errors.New("not from 300 to 599")
		}
		return Status(status), err
	case "burst":
		d, err := parseWait(value)
		return BurstLimit(d), err
	case "hourly":
		d, err := time.ParseDuration(value)
		return HourlyLimit(d), err
	case "delay":
		d, err := parseWait(value)
		return Delay(d), err
	case "slow":
		d, err := parseWait(value)
		return Slow(d), err
	case "oversize":
		n, err := parseCount(value)
		return Oversize(n), err
	case "total":
		n, err := strconv.Atoi(value)
		return Total(n), err
	case "add":
		n, err := parseCount(value)
		return AddImages(n), err
	case "remove":
		n, err := parseCount(value)
		return RemoveImages(n), err
	case "redirect":
		return Redirect(value), nil
	case "next":
		return NextLink(value), nil
	case "content-type":
		return ContentType(value), nil
	}
	bare := map[string]func() Effect{
		"html": GatewayPage, "stall": Stall, "reset": Reset, "lose-answer": LoseAnswer, "reset-after-headers": ResetAfterHeaders,
		"truncate": Truncate, "malformed": Malformed, "gzip": Gzip, "unknown-enum": UnknownEnum, "extra-field": ExtraField,
	}
	effect := bare[key]
	switch {
	case effect == nil:
		return Effect{}, errors.New("it is neither an effect nor a choice")
	case hasValue:
		return Effect{}, errors.New("it takes no value")
	}
	return effect(), nil
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

var errNegative = errors.New("less than 0")
