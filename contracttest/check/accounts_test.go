package check_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// by returns an exchange of an account; credentials are empty if they were taken out.
func by(t *testing.T, credentials string, s step, remaining int) traffic.Exchange {
	t.Helper()
	e := exchangeOf(t, s, remaining, 1_795_000_000)
	e.RequestHeader.Set("Authorization", credentials)
	return e
}

// Two accounts that take turns have lists and budgets of their own.
func TestSessionsOfSeveralAccounts(t *testing.T) {
	for name, two := range map[string][2]string{
		"tokens":       {"Bearer dop_v1_a0", "Bearer dop_v1_b0"},
		"placeholders": {"Bearer [redacted-1]", "Bearer [redacted-2]"},
		"words":        {"Bearer alice", "Bearer bob"},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := two[0], two[1]
			s := newSession(t)
			assert.Empty(t, s.add(
				by(t, a, listPage(1, 3, 1, 2), 10),
				by(t, b, listPage(1, 5, 11, 12), 4000),
				by(t, a, listPage(2, 3, 3), 9),
				by(t, b, listPage(2, 5, 13, 14), 3999),
				by(t, b, listPage(3, 5, 15), 3998),
			))
			found := s.add(
				by(t, a, listPage(1, 3, 1, 2), 8),
				by(t, b, listPage(1, 5, 11, 12), 3997),
				by(t, a, listPage(2, 3, 2), 9),
			)
			assert.Equal(t, []string{
				"breaking sequence-twice /images/0/id", "breaking sequence-lost /images", "drift sequence-ratelimit",
			}, severeChecksOf(found), "within one account")

			found = s.add(by(t, a, deleted, 7), by(t, b, available, 3996))
			assert.Equal(t, []string{"breaking sequence-deleted /image"}, severeChecksOf(found), "ids are the same for all")
		})
	}
}

// Where no token tells, a second account may explain what contradicts a list or a budget.
func TestSessionsOfUnknownAccounts(t *testing.T) {
	for _, credentials := range []string{
		"", "Bearer [REDACTED]", "Bearer ***", "[Filtered]", "Bearer <ACCESS_TOKEN>", "Bearer xxxxxxxxxxxx", "Bearer ${TOKEN}",
		"Bearer dop_v1_***", "Bearer dop_v1_12...",
		"Bearer {{token}}", "removed",
	} {
		s := newSession(t)
		found := s.add(
			by(t, credentials, listPage(1, 3, 1, 2), 10),
			by(t, credentials, listPage(2, 4, 3, 4), 11),
			by(t, credentials, listPage(1, 3, 1, 2), 9),
			by(t, credentials, listPage(2, 3, 2), 8),
		)
		assert.Equal(t, []string{
			"note sequence-total /meta/total", "note sequence-ratelimit", "note sequence-twice /images/0/id",
			"note sequence-lost /images",
		}, severeChecksOf(found), credentials)
		for _, finding := range found {
			assert.Contains(t, finding.Message, "; only a note, since the request names no account: a token, or [redacted-1] in its place, would")
		}
		found = s.add(by(t, credentials, deleted, 7), by(t, credentials, available, 6))
		assert.Equal(t, []string{"breaking sequence-deleted /image"}, severeChecksOf(found), credentials)
	}
}

// Neither a second account nor a change of the list explains two items of one page that have one id.
func TestDuplicatesOnAPage(t *testing.T) {
	duplicate := "breaking sequence-twice /images/1/id"
	action := strings.Replace(actionOf("completed"), `{"action":`, "", 1)
	action = strings.TrimSuffix(action, "}")
	actions := fmt.Sprintf(`{"actions":[%s,%s],"links":{},"meta":{"total":2}}`, action, action)
	for name, test := range map[string]struct {
		steps []step
		want  []string
	}{
		"the whole list": {
			steps: []step{listPage(1, 2, 1, 1)},
			want:  []string{duplicate, "note sequence-lost /images"},
		},
		"a page in the middle": {
			steps: []step{listPage(2, 5, 3, 3)},
			want:  []string{duplicate},
		},
		"a page after a write": {
			steps: []step{listPage(1, 4, 1, 2), deleted, listPage(2, 4, 3, 3)},
			want:  []string{duplicate},
		},
		"a page that is read again": {
			steps: []step{listPage(1, 5, 1, 2), listPage(2, 5, 3, 4), listPage(2, 5, 3, 3)},
			want:  []string{duplicate},
		},
		"an item on two pages, and twice on the second": {
			steps: []step{listPage(1, 5, 1, 2), listPage(2, 5, 2, 2)},
			want:  []string{duplicate, "note sequence-twice /images/0/id"},
		},
		"actions": {
			steps: []step{respond("GET /v2/images/1/actions", 200, actions)},
			want:  []string{"breaking sequence-twice /actions/1/id", "note sequence-lost /actions"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t)
			var found []string
			for i, step := range test.steps {
				found = append(found, severeChecksOf(s.add(by(t, "Bearer [REDACTED]", step, 100-i)))...)
			}
			assert.Equal(t, test.want, found)
		})
	}
}

// However many accounts there are, the budgets of a hundred are remembered.
func TestAccountsAreBounded(t *testing.T) {
	for others, want := range map[int][]string{50: {"sequence-ratelimit"}, 100: nil} {
		s := newSession(t)
		assert.Empty(t, s.add(by(t, "Bearer T", available, 10)))
		for i := range others {
			assert.Empty(t, s.add(by(t, fmt.Sprintf("Bearer %d", i), available, 10)))
		}
		assert.Equal(t, want, checksOf(s.add(by(t, "Bearer T", available, 11))), others)
	}
}

// Two images without an id are two faults, and not one image that is on a page twice while another is lost.
func TestImagesWithoutAnID(t *testing.T) {
	unnamed := strings.Replace(testkit.Image(1), `"id":1,`, "", 1)
	page := respond("GET /v2/images?per_page=2", 200, listOf(2, "", unnamed, unnamed))
	found := newSession(t).add(by(t, "Bearer T", page, 10))
	assert.Equal(t, []string{"breaking missing-field /images/0/id", "breaking missing-field /images/1/id"}, severeChecksOf(found))

	found = newSession(t).add(by(t, "Bearer T", respond("GET /v2/images?per_page=3", 200, listOf(3, "", unnamed, unnamed)), 10))
	assert.Contains(t, severeChecksOf(found), "breaking sequence-lost /images", "one is on no page all the same")
}

// A sliding window gives back the requests of the second in which it is reset, which may then be used up again.
func TestBudgetsOfASlidingWindow(t *testing.T) {
	reset := time.Unix(1_795_000_000, 0)
	seen := func(remaining int, began, ended time.Duration) traffic.Exchange {
		e := by(t, "Bearer T", available, remaining)
		e.Began, e.Ended = reset.Add(began), reset.Add(ended)
		return e
	}
	s := newSession(t)
	assert.Empty(t, s.add(
		seen(10, -9*time.Second, -8*time.Second),
		seen(9, -4*time.Second, -3*time.Second),
		seen(20, 500*time.Millisecond, 900*time.Millisecond),
		seen(19, 30*time.Second, 31*time.Second),
		seen(18, 33*time.Second, 34*time.Second),
	), "what was given back is used up")
	assert.Equal(t, []string{"drift sequence-ratelimit"}, severeChecksOf(s.add(seen(19, 40*time.Second, 41*time.Second))))

	assert.Empty(t, newSession(t).add(
		seen(9, -9*time.Second, -8*time.Second),
		seen(12, -3*time.Second, 7*time.Second),
	), "it was under way at the reset")
	dated := seen(12, 0, 0)
	dated.Header.Set("Date", reset.Add(8*time.Second).UTC().Format(http.TimeFormat))
	assert.Equal(t, []string{"sequence-ratelimit"}, checksOf(newSession(t).add(seen(9, -9*time.Second, -8*time.Second), dated)),
		"the date is that of the server")
}
