package fakeapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

// Token is the token of the account that a fake has when WithAccounts gives it none.
const Token = "fake-token"

// API is a fake of the images API. Its methods may be called by many goroutines.
type API struct {
	router *http.ServeMux

	mu       sync.Mutex
	accounts []Account
	limits   limits
	faults   []*fault
	store    store
	requests int
	done     map[string]int // requests that succeeded, by operation
}

// Account is a holder of images.
type Account struct {
	Token  string   // what its requests carry
	Scopes []string // what the token may do: image:read, image:create, image:update, image:delete; nil is all
	Email  string   // where an account transfer can be offered to it
	UUID   string   // of its team, where one can be offered to as well
	Teams  []string // the UUIDs of other teams for which it may accept: a transfer to them is accepted at once
}

// Option changes what a fake is like.
type Option func(*API)

// WithAccounts replaces the account that a fake has by default. The private images of the catalogue, and those of
// WithImages, belong to the first.
func WithAccounts(accounts ...Account) Option {
	accounts = slices.Clone(accounts)
	for i, account := range accounts {
		accounts[i].Scopes, accounts[i].Teams = slices.Clone(account.Scopes), slices.Clone(account.Teams)
	}
	return func(a *API) { a.accounts = accounts }
}

// WithCatalogue fills the fake with n images: distributions and applications, then snapshots, backups and custom
// images of the first account. The same seed gives the same images. They are made when they are asked for, so that a
// million cost 8 MB. The default is 60 images.
func WithCatalogue(n int, seed uint64) Option {
	return func(a *API) { a.store.fill(n, seed) }
}

// WithImages fills the fake with these images instead of a catalogue. Public ones are everybody's. An image without an
// id, a status or a time of creation is given one. A status stays as it is given: only an import
// that was asked of the fake moves on.
func WithImages(images ...gen.Image) Option {
	return func(a *API) {
		a.store.fill(0, 0)
		for _, image := range images {
			a.store.addImage(image, time.Now())
		}
	}
}

// WithImportTime says how long an import takes; 5 seconds by default.
func WithImportTime(d time.Duration) Option {
	return func(a *API) { a.store.imports = span{time: d} }
}

// WithImportPolls lets an import end when the image is read for the nth time, whatever the clock says.
func WithImportPolls(n int) Option {
	return func(a *API) { a.store.imports = span{polls: n} }
}

// WithActionTime says how long a transfer or conversion takes; 5 seconds by default.
func WithActionTime(d time.Duration) Option {
	return func(a *API) { a.store.work = span{time: d} }
}

// WithActionPolls lets an action end when it is read for the nth time, whatever the clock says.
func WithActionPolls(n int) Option {
	return func(a *API) { a.store.work = span{polls: n} }
}

// WithRateLimit sets how many requests each token may make in any hour and in any minute; the defaults are the
// documented 5,000 and 250. Zero switches a limit off. Without a limit per hour the headers name one of 5,000 all the
// same, of which at least half is left; only a refusal by the limit per minute says that nothing is.
func WithRateLimit(perHour, perMinute int) Option {
	return func(a *API) { a.limits.perHour, a.limits.perMinute = perHour, perMinute }
}

// New returns a fake with a catalogue of 60 images and one account, whose token is Token.
func New(options ...Option) *API {
	a := &API{
		accounts: []Account{{Token: Token, Email: "me@example.com", UUID: "11111111-1111-4111-8111-111111111111"}},
		limits:   limits{perHour: defaultPerHour, perMinute: 250, used: map[string][]time.Time{}},
		store:    newStore(),
		router:   http.NewServeMux(),
		done:     map[string]int{},
	}
	a.store.fill(60, 1)
	for _, option := range options {
		option(a)
	}
	strict := server.NewStrictHandlerWithOptions(&service{a}, nil, server.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  refuseBody,
		ResponseErrorHandlerFunc: func(w http.ResponseWriter, _ *http.Request, err error) { writeError(w, err) },
	})
	server.HandlerWithOptions(strict, server.StdHTTPServerOptions{
		BaseRouter: a.router,
		ErrorHandlerFunc: func(w http.ResponseWriter, r *http.Request, err error) {
			var format *server.InvalidParamFormatError
			if errors.As(err, &format) && (format.ParamName == "image_id" || format.ParamName == "action_id") {
				writeError(w, errNotFound)
				return
			}
			writeError(w, refuse("%s", err))
		},
	})
	return a
}

// Requests returns how many requests the fake has been sent.
func (a *API) Requests() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests
}

// Done returns how many requests of an operation, such as images_create_custom, were carried out with success, those
// whose answer was lost included. It panics if there is no such operation.
func (a *API) Done(operation string) int {
	mustBeOperation(operation)
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.done[operation]
}

// Images returns what the fake holds, in the order of a list. It is meant for assertions about what requests did. The
// images are copies that the caller owns.
func (a *API) Images() []gen.Image {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.store.settle(time.Now())
	images := make([]gen.Image, 0, len(a.store.order))
	for _, id := range a.store.order {
		image, _ := a.store.find(id)
		images = append(images, clone(image.Image))
	}
	return images
}

// caller is who makes a request, for the handlers.
type caller struct {
	account int
	request *http.Request
	now     time.Time
}

type callerKey struct{}

func callerOf(ctx context.Context) caller { return ctx.Value(callerKey{}).(caller) }

// answer writes the response to a request into w. The fake is locked while it does.
func (a *API) answer(w *buffer, r *http.Request, op operation, pathKnown bool) {
	now := time.Now()
	account := a.authenticate(r)
	if account < 0 {
		a.limits.headers(w.Header(), "", now)
		writeError(w, errUnauthorized)
		return
	}
	token := a.accounts[account].Token
	if err := a.limits.take(w.Header(), token, now); err != nil {
		writeError(w, err)
		return
	}
	switch {
	case op.id == "" && pathKnown:
		writeError(w, &refusal{http.StatusMethodNotAllowed, "method_not_allowed", "The method is not allowed for this resource."})
		return
	case op.id == "":
		writeError(w, errNotFound)
		return
	}
	for _, scope := range op.scopes {
		if scopes := a.accounts[account].Scopes; scopes != nil && !slices.Contains(scopes, scope) {
			writeError(w, errForbidden)
			return
		}
	}
	a.store.settle(now)
	ctx := context.WithValue(r.Context(), callerKey{}, caller{account, r, now})
	a.router.ServeHTTP(w, r.WithContext(ctx))
	if w.status/100 == 2 {
		a.done[op.id]++
	}
}

func (a *API) authenticate(r *http.Request) int {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	for i, account := range a.accounts {
		if strings.EqualFold(scheme, "Bearer") && token != "" && token == account.Token {
			return i
		}
	}
	return -1
}
