package fakeapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Token is the token of the account that a fake has when [WithAccounts] gives it none.
const Token = "fake-token"

// Account is an owner of images. [WithAccounts] says which a fake has.
type Account struct {
	// Token is what the account's requests carry, as "Authorization: Bearer …".
	Token string

	// Scopes are what the token may do: image:read, image:create, image:update, image:delete, and actions:read for
	// /v2/actions. Nil is all of them.
	Scopes []string

	// Email is an address at which the account can be offered an image.
	//
	// https://docs.digitalocean.com/reference/api/reference/images/#images_post_account_transfer_create
	Email string

	// UUID is the id of the account's team, which can be offered an image as well.
	UUID string

	// Teams are the UUIDs of other teams for which the account may accept. An image offered to one is accepted at once.
	Teams []string
}

// defaultAccount is the only account of a fake without [WithAccounts].
var defaultAccount = Account{
	Token: Token,
	Email: "me@example.com",
	UUID:  "11111111-1111-4111-8111-111111111111",
}

// may reports whether the account's token has all of these scopes.
func (a Account) may(scopes []string) bool {
	if a.Scopes == nil {
		return true
	}
	for _, scope := range scopes {
		if !slices.Contains(a.Scopes, scope) {
			return false
		}
	}
	return true
}

// authenticate returns the index of the account whose token a request carries.
func authenticate(accounts []Account, r *http.Request) (account int, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" || !strings.EqualFold(scheme, "Bearer") {
		return 0, false
	}
	for i, account := range accounts {
		if token == account.Token {
			return i, true
		}
	}
	return 0, false
}

// caller is what the handlers of the operations know of a request beside its parameters.
type caller struct {
	account  int // the index of its account
	request  *http.Request
	now      time.Time // one time for the whole request, so that all its effects agree
	failWith *string   // why the work that it starts will fail; nil if it need not
	base     *url.URL  // where links lead to; nil for where the request was sent to
}

// The generated handlers pass a context on, and nothing else of ours.
type callerKey struct{}

func withCaller(ctx context.Context, c caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

func callerOf(ctx context.Context) caller { return ctx.Value(callerKey{}).(caller) }
