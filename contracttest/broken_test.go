package contracttest_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/check"
)

// brokenFake is a fake that is broken in one way.
type brokenFake struct {
	name   string
	finds  string         // the case that must fail
	says   string         // what it must say
	failOn check.Severity // breaking if empty
	broken breakage
}

// The suite must be able to fail: of each of these fakes the case that is meant for it must say what is broken.
func TestSuiteFindsBrokenFakes(t *testing.T) {
	found := map[string]bool{}
	for _, fake := range slices.Concat(brokenLists, brokenReads, brokenWrites, brokenObservations) {
		found[fake.finds] = true
		t.Run(fake.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { testBrokenFake(t, fake) })
		})
	}
	for _, c := range contracttest.Cases() {
		assert.True(t, found[c.Name] || slices.Contains(onlyLooks, c.Name), "no broken fake shows that %s can fail", c.Name)
	}
}

func testBrokenFake(t *testing.T, fake brokenFake) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
	defer cancel()
	target := fakeTarget()
	target.FailOn = fake.failOn
	target.Transport = fake.broken(target.Transport)
	results, _, err := contracttest.RunCases(ctx, target, suiteCase(t, fake.finds))
	require.NoError(t, err)
	require.Error(t, results[0].Err, "%s passes", fake.finds)
	assert.Contains(t, results[0].Err.Error(), fake.says)
	t.Logf("found by %s: %v", fake.finds, results[0].Err)
}
