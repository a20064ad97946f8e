package fakeapi

import (
	"errors"
	"fmt"
	"math"
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
		var do Effect
		var err error
		switch key {
		case "status":
			do, err = effectOf(Status, value, parseStatus)
		case "burst":
			do, err = effectOf(BurstLimit, value, parseWait)
		case "hourly":
			do, err = effectOf(HourlyLimit, value, time.ParseDuration)
		case "redirect":
			do = Redirect(value)
		case "html":
			do, err = bareEffect(GatewayPage, hasValue)
		case "delay":
			do, err = effectOf(Delay, value, parseWait)
		case "stall":
			do, err = bareEffect(Stall, hasValue)
		case "reset":
			do, err = bareEffect(Reset, hasValue)
		case "lose-answer":
			do, err = bareEffect(LoseAnswer, hasValue)
		case "reset-after-headers":
			do, err = bareEffect(ResetAfterHeaders, hasValue)
		case "truncate":
			do, err = bareEffect(Truncate, hasValue)
		case "slow":
			do, err = effectOf(Slow, value, parseWait)
		case "content-type":
			do = ContentType(value)
		case "malformed":
			do, err = bareEffect(Malformed, hasValue)
		case "oversize":
			do, err = effectOf(Oversize, value, parseCount)
		case "gzip":
			do, err = bareEffect(Gzip, hasValue)
		case "next":
			do = NextLink(value)
		case "total":
			do, err = effectOf(Total, value, strconv.Atoi)
		case "add":
			do, err = effectOf(AddImages, value, parseCount)
		case "remove":
			do, err = effectOf(RemoveImages, value, parseCount)
		case "unknown-enum":
			do, err = bareEffect(UnknownEnum, hasValue)
		case "extra-field":
			do, err = bareEffect(ExtraField, hasValue)
		case "page":
			f.Page, err = parseCount(value)
		case "after":
			f.After, err = parseCount(value)
		case "count":
			f.Count, err = parseCount(value)
		case "probability":
			f.Probability, err = parseProbability(value)
		case "seed":
			f.Seed, err = strconv.ParseUint(value, 10, 64)
		default:
			err = errors.New("it is neither an effect nor a choice")
		}
		if err != nil {
			return Fault{}, fmt.Errorf("fault %q: %q: %w", text, part, err)
		}
		if do.name != "" {
			if f.Do.name != "" {
				return Fault{}, fmt.Errorf("fault %q: it has two effects", text)
			}
			f.Do = do
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

// effectOf makes an effect from its value.
func effectOf[T any](effect func(T) Effect, value string, parse func(string) (T, error)) (Effect, error) {
	v, err := parse(value)
	if err != nil {
		return Effect{}, err
	}
	return effect(v), nil
}

// bareEffect makes an effect that takes no value.
func bareEffect(effect func() Effect, hasValue bool) (Effect, error) {
	if hasValue {
		return Effect{}, errors.New("it takes no value")
	}
	return effect(), nil
}

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
