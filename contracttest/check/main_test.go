package check_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// isSecondRun says that the tests run without the fast path.
var isSecondRun bool

// TestMain runs every test twice, the second time without the fast path: nothing may depend on it. Under the race
// detector once is enough.
func TestMain(m *testing.M) {
	status := m.Run()
	if !underRace && !isSet("test.fuzz") && !isSet("test.list") {
		fmt.Println("once more, without the fast path")
		isSecondRun = true
		check.UseFastPath(false)
		status = max(status, m.Run())
	}
	os.Exit(status)
}

func isSet(name string) bool {
	f := flag.Lookup(name)
	return f != nil && f.Value.String() != f.DefValue
}

// long reports whether the slow tests should run in their long form.
func long() bool { return os.Getenv("LONG") != "" && !underRace }

// session takes in exchanges as [check.Session] does.
type session struct {
	t        *testing.T
	contract *check.Contract
	session  *check.Session
}

func newSession(t *testing.T) *session {
	t.Helper()
	return &session{t: t, contract: testkit.Contract(t), session: check.NewSession()}
}

// add returns what is wrong with the next exchange, by itself and beside those before.
func (s *session) add(exchanges ...traffic.Exchange) (found []check.Finding) {
	s.t.Helper()
	for _, exchange := range exchanges {
		result := s.contract.Examine(exchange)
		found = append(append(found, result.Findings...), s.session.Check(result)...)
	}
	return found
}

// checksOf returns the names of the checks that found something.
func checksOf(findings []check.Finding) (names []string) {
	for _, finding := range findings {
		names = append(names, finding.Check)
	}
	return names
}
