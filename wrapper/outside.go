package wrapper

import (
	"errors"
	"reflect"
	"slices"
)

// ours is an error of this package: one with which a call ends, or a class of those.
type ours interface {
	error
	ofCall()
}

// sentinels are the errors of this package that callers ask errors.Is for.
var sentinels []error

// sentinel returns an error of this package that errors.Is finds in no error of the caller's code.
func sentinel(err ours) error {
	sentinels = append(sentinels, err)
	return err
}

// outside is an error of the caller's code that has one of ours in it: the cause of a context, or what a limiter or a
// transport returned. Ours is then that of another call. Found, the "not found" of one call would look like that of
// every other. So errors.Is and errors.As find in it what is the caller's own, and nothing else.
type outside struct{ err error }

// fromOutside returns an error of the caller's code with nothing of this package to be found in it. A method Is may
// claim one of our sentinels without wrapping it.
func fromOutside(err error) error {
	isClass := func(sentinel error) bool { return errors.Is(err, sentinel) }
	if errors.As(err, new(ours)) || slices.ContainsFunc(sentinels, isClass) {
		return outside{err: err}
	}
	return err
}

func (o outside) Error() string { return o.err.Error() }

// Is is for errors.Is.
func (o outside) Is(target error) bool {
	if reflect.TypeOf(target).Kind() == reflect.Pointer && o.err == target {
		return true // that very error, which says nothing of its class
	}
	if _, isOurs := target.(ours); isOurs {
		return false
	}
	return anyOwn(o.err, func(err error) bool {
		if isSame(err, target) {
			return true
		}
		matcher, ok := err.(interface{ Is(error) bool })
		return ok && matcher.Is(target)
	})
}

// isSame reports whether two errors are one. Errors on which == would panic are not: nobody can compare them.
func isSame(a, b error) bool { return reflect.ValueOf(a).Comparable() && a == b }

// As is for errors.As.
func (o outside) As(target any) bool {
	found := reflect.ValueOf(target).Elem()
	return anyOwn(o.err, func(err error) bool {
		if reflect.TypeOf(err).AssignableTo(found.Type()) {
			found.Set(reflect.ValueOf(err))
			return true
		}
		matcher, ok := err.(interface{ As(any) bool })
		if !ok {
			return false
		}
		// The method may find one of ours in what it does not show otherwise.
		given := reflect.New(found.Type())
		if !matcher.As(given.Interface()) {
			return false
		}
		if _, isOurs := given.Elem().Interface().(ours); isOurs {
			return false
		}
		found.Set(given.Elem())
		return true
	})
}

// anyOwn reports whether one of the errors in err matches, leaving out ours with all that they wrap.
func anyOwn(err error, match func(error) bool) bool {
	if _, isOurs := err.(ours); isOurs || err == nil {
		return false
	}
	if match(err) {
		return true
	}
	switch tree := err.(type) {
	case interface{ Unwrap() error }:
		return anyOwn(tree.Unwrap(), match)
	case interface{ Unwrap() []error }:
		for _, wrapped := range tree.Unwrap() {
			if anyOwn(wrapped, match) {
				return true
			}
		}
	}
	return false
}
