//go:build race

package check_test

// underRace reports whether the race detector is on. It makes tests six times slower, and the slow ones of this package
// use one goroutine: make race runs their long form without it.
const underRace = true
