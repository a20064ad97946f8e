//go:build race

package report_test

// underRace reports whether the race detector is on. It multiplies memory and the time of a garbage collection, so
// that a test that watches the heap says nothing, and takes minutes.
const underRace = true
