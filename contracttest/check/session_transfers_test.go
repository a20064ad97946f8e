package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// offerImage offers image 1 to another account.
func offerImage(transfer int) step {
	return respond(`POST /v2/images/1/account_transfer {"recipient_email":"a@b.example"}`, 201,
		fmt.Sprintf(`{"transfer_id":%d}`, transfer))
}

func accept(transfer int) step {
	return respond(fmt.Sprintf(`POST /v2/images/1/account_transfer/accept {"transfer_id":%d,"recipient_uuid":"u"}`, transfer), 201, "")
}

func cancel(transfer int) step {
	return respond(fmt.Sprintf(`POST /v2/images/1/account_transfer/cancel {"transfer_id":%d}`, transfer), 204, "")
}

func decline(transfer int) step {
	return respond(fmt.Sprintf(`POST /v2/images/1/account_transfer/decline {"transfer_id":%d}`, transfer), 204, "")
}

// refused is the same request, which the API refused.
func (s step) refused() step {
	return respond(s.request, 404, `{"id":"not_found","message":"The resource you were accessing could not be found."}`)
}

// transferSequences are sessions with transfers to other accounts.
var transferSequences = map[string]sequenceCase{
	"a transfer that is accepted": {
		steps: []step{offerImage(1), accept(1).refused(), accept(1), accept(1).refused(), cancel(1).refused()},
	},
	"a transfer that is accepted twice": {
		steps: []step{offerImage(1), accept(1), accept(1)},
		want:  []string{"sequence-transfer "},
	},
	"a transfer that is canceled twice": {
		steps: []step{cancel(1), cancel(1)},
		want:  []string{"sequence-transfer "},
	},
	"a transfer that is declined twice": {
		steps: []step{offerImage(1), decline(1), decline(1)},
		want:  []string{"sequence-transfer "},
	},
	"a transfer that is accepted after it was canceled": {
		steps: []step{offerImage(1), cancel(1), accept(1)},
		want:  []string{"sequence-transfer "},
	},
	"a transfer that is canceled after it was declined": {
		steps: []step{offerImage(1), decline(1), cancel(1)},
		want:  []string{"sequence-transfer "},
	},
	"a transfer that is declined after it was accepted": {
		steps: []step{offerImage(1), accept(1), decline(1)},
		want:  []string{"sequence-transfer "},
	},
	"an image that is offered again": {
		steps: []step{offerImage(1), cancel(1), offerImage(2), decline(2), offerImage(1), accept(1), offerImage(3), accept(3)},
	},
	"an image that is offered to two": {
		steps: []step{offerImage(1), offerImage(2), cancel(1), accept(2)},
	},
	"an image that is offered again in vain": {
		steps: []step{offerImage(1), cancel(1), offerImage(2).refused(), cancel(1)},
		want:  []string{"sequence-transfer "},
	},
	"a transfer that is accepted after a delete": {
		steps: []step{offerImage(1), deleted, accept(1)},
		want:  []string{"sequence-deleted "},
	},
	"a transfer that is canceled after a delete": {
		steps: []step{offerImage(1), deleted, cancel(1)},
		want:  []string{"sequence-deleted "},
	},
	"a transfer that is declined after a delete": {
		steps: []step{offerImage(1), deleted, decline(1)},
		want:  []string{"sequence-deleted "},
	},
	"an image that is offered after a delete": {
		steps: []step{deleted, offerImage(1)},
		want:  []string{"sequence-deleted "},
	},
}

// A session remembers as many transfers to other accounts as it does images.
func TestAccountTransfersAreBounded(t *testing.T) {
	s, limit := newSession(t), 20
	s.session.Limit(limit)
	var checks []string
	for i := range limit + 10 {
		request := fmt.Sprintf(`POST /v2/images/%d/account_transfer/cancel {"transfer_id":1}`, i+1)
		checks = append(checks, checksOf(s.add(exchangeOf(t, respond(request, 204, ""), 1, 100)))...)
	}
	assert.Equal(t, []string{"sequence-limit"}, checks)
}

// However often an image is transferred, no read of it is compared with more than 100 transfers.
func TestTransfersOfAnImageAreBounded(t *testing.T) {
	s := newSession(t)
	for i := range 150 {
		action := strings.NewReplacer(`"id":5`, fmt.Sprintf(`"id":%d`, i+1), `"nyc3"`, fmt.Sprintf(`"r%d"`, i))
		request := fmt.Sprintf("GET /v2/images/1/actions/%d", i+1)
		assert.Empty(t, s.add(exchangeOf(t, respond(request, 200, action.Replace(actionOf("completed"))), 1, 100)))
	}
	missing := checksOf(s.add(exchangeOf(t, imageIn(`"nyc2"`), 1, 100)))
	assert.Len(t, missing, 100)
	assert.Subset(t, []string{"sequence-regions"}, missing)
}
