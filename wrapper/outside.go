package wrapper

import (
	"errors"
	"reflect"
)

// ours is an error of this package: one with which a call ends, or a class of those.
type ours interface {
	error
	ofCall()
}

// outside is an error of the caller's code that has one of ours in it: the cause of a context, or what a limiter or a
// transport returned. Ours is then that of another call. Found, the "not found" of one call would look like that of
// every other. So errors.Is and errors.As find in it what is the caller's own, and nothing else.
type outside struct{ err error }

// fromOutside returns an error of the caller's code with nothing of this package to be found in it.
func fromOutside(err error) error {
	if errors.As(err, new(ours)) {
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
	isComparable := reflect.TypeOf(target).Comparable()
	return anyOwn(o.err, func(err error) bool {
		matcher, ok := err.(interface{ Is(error) bool })
		return isComparable && err == target || ok && matcher.Is(target)
	})
}

// As is for errors.As.
func (o outside) As(target any) bool {
	found := reflect.ValueOf(target).Elem()
	return anyOwn(o.err, func(err error) bool {
		if reflect.TypeOf(err).AssignableTo(found.Type()) {
			found.Set(reflect.ValueOf(err))
			return true
		}
		matcher, ok := err.(interface{ As(any) bool })
		return ok && matcher.As(target)
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
