package check_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// mutationScore is what became of the mutants of one operator.
type mutationScore struct {
	mutants int
	found   int // in their place
	byKin   int // in which plain kin-openapi finds any fault
}

// mutationScores is what became of all mutants.
type mutationScores struct {
	byOperator map[string]*mutationScore
	total      mutationScore
	harmless   int
	survivors  []string
}

// TestMutationScore breaks every recorded response in every place by every operator. What breaks the contract must be
// found in its place, and what does not must pass. `make mutation` checks them all and prints the score, beside that of
// plain kin-openapi. In short, every twentieth is checked.
func TestMutationScore(t *testing.T) {
	printed := os.Getenv("MUTATION") != "" && !isSecondRun
	every, mutantsAtLeast, harmlessAtLeast := 20, 250, 5
	if os.Getenv("MUTATION") != "" || long() {
		every, mutantsAtLeast, harmlessAtLeast = 1, 5000, 100
	}
	scores := mutationScores{byOperator: map[string]*mutationScore{}}
	hasFault := func(traffic.Exchange) bool { return false }
	if printed {
		hasFault = plainKinOpenAPI(t)
	}
	n := 0
	for _, file := range testkit.Cassettes(t) {
		exchanges := testkit.ReadAll(t, file)
		for _, exchange := range exchanges {
			before := testkit.Contract(t).Check(exchange) // the status of default, and what the documentation's examples break
			for _, m := range mutants(t, exchange) {
				if n++; n%every == 0 {
					scores.judge(t, m, before, hasFault)
				}
			}
		}
	}
	assert.Empty(t, scores.survivors)
	assert.Greater(t, scores.total.mutants, mutantsAtLeast)
	assert.Greater(t, scores.harmless, harmlessAtLeast)
	if printed {
		scores.print(t, os.Stdout)
	}
}

// judge checks a mutant, and counts whether it was found.
func (s *mutationScores) judge(t *testing.T, m mutant, before []check.Finding, hasFault func(traffic.Exchange) bool) {
	t.Helper()
	findings := testkit.Contract(t).Check(m.exchange)
	if !m.breaks {
		s.harmless++
		findings = slices.DeleteFunc(findings, func(f check.Finding) bool { return slices.Contains(before, f) })
		assert.Empty(t, findings, "%s of %s in %s", m.operator, m.pointer, m.exchange.Source)
		return
	}
	var score mutationScore
	score.mutants++
	if slices.ContainsFunc(findings, m.isFoundBy) {
		score.found++
	} else {
		s.survivors = append(s.survivors, fmt.Sprintf("%s of %s %s in %s: %v",
			m.operator, m.in, m.pointer, m.exchange.Source, findings))
	}
	if hasFault(m.exchange) {
		score.byKin++
	}
	if s.byOperator[m.operator] == nil {
		s.byOperator[m.operator] = &mutationScore{}
	}
	s.byOperator[m.operator].add(score)
	s.total.add(score)
}

func (s *mutationScore) add(other mutationScore) {
	s.mutants += other.mutants
	s.found += other.found
	s.byKin += other.byKin
}

// isFoundBy reports whether a finding is about what was broken, and is as severe as it should be.
func (m mutant) isFoundBy(f check.Finding) bool {
	breaksClients := strings.HasPrefix(m.operator, "value as ") || m.operator == "value nulled" || m.operator == "field dropped"
	return f.In == m.in && f.Pointer == m.pointer && (f.Severity == check.Breaking || !breaksClients)
}

// print prints the scores as a table.
func (s *mutationScores) print(t *testing.T, w io.Writer) {
	t.Helper()
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "operator\tmutants\tfound in place\tplain kin-openapi finds any fault\t")
	for _, operator := range slices.Sorted(maps.Keys(s.byOperator)) {
		of := s.byOperator[operator]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t\n", operator, of.mutants, of.found, of.byKin)
	}
	percent := func(n int) float64 { return 100 * float64(n) / float64(s.total.mutants) }
	fmt.Fprintf(table, "all\t%d\t%d (%.1f %%)\t%d (%.1f %%)\t\n", s.total.mutants,
		s.total.found, percent(s.total.found), s.total.byKin, percent(s.total.byKin))
	require.NoError(t, table.Flush())
	fmt.Fprintf(w, "%d harmless changes, none of them flagged; %d survivors\n", s.harmless, len(s.survivors))
	for _, survivor := range s.survivors {
		fmt.Fprintln(w, "survived:", survivor)
	}
}

// routerOfDocument is made once, since it takes some milliseconds and every exchange asks for it.
var routerOfDocument = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	return gorillamux.NewRouter(doc)
})

func router(t testing.TB) routers.Router {
	t.Helper()
	r, err := routerOfDocument()
	require.NoError(t, err)
	return r
}

// plainKinOpenAPI returns whether kin-openapi's own ValidateRequest and ValidateResponse find anything, with every
// option that makes them stricter.
func plainKinOpenAPI(t *testing.T) func(traffic.Exchange) bool {
	t.Helper()
	r := router(t)
	return func(e traffic.Exchange) bool {
		ctx := context.Background()
		request, err := http.NewRequestWithContext(ctx, e.Method, e.URL.String(), bytes.NewReader(e.RequestBody))
		require.NoError(t, err)
		request.Header = e.RequestHeader.Clone()
		route, params, err := r.FindRoute(request)
		if err != nil {
			return true
		}
		options := &openapi3filter.Options{
			MultiError:            true,
			IncludeResponseStatus: true,
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
		}
		input := &openapi3filter.RequestValidationInput{
			Request:    request,
			PathParams: params,
			Route:      route,
			Options:    options,
		}
		if openapi3filter.ValidateRequest(ctx, input) != nil {
			return true
		}
		return openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
			RequestValidationInput: input,
			Status:                 e.Status,
			Header:                 e.Header,
			Body:                   io.NopCloser(bytes.NewReader(e.Body)),
			Options:                options,
		}) != nil
	}
}
