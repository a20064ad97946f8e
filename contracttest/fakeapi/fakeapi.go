package fakeapi

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

// API is a fake of the images API: an [http.RoundTripper] for Go clients, and an [http.Handler] for all others. Its
// methods may be called by many goroutines. [New] makes one; the zero value is not usable.
type API struct {
	router *http.ServeMux

	mu       sync.Mutex // held while a request is handled, but not while its response is sent
	accounts []Account
	limits   limits
	faults   []*fault
	base     *url.URL // where clients find it; nil for where each request was sent to
	store    store
	requests int
	done     map[string]int // requests that succeeded, by operation
}

// Option changes what a fake is like. Of two options about the same thing the later one counts.
type Option func(*API)

// WithAccounts replaces the account that a fake has by default. The private images of [WithCatalogue] and [WithImages]
// belong to the first.
func WithAccounts(accounts ...Account) Option {
	accounts = slices.Clone(accounts)
	for i, account := range accounts {
		accounts[i].Scopes, accounts[i].Teams = slices.Clone(account.Scopes), slices.Clone(account.Teams)
	}
	return func(a *API) { a.accounts = accounts }
}

// WithCatalogue fills the fake with n images: distributions and applications, and snapshots, backups and custom images
// of the first account, which are newer and so come first in a list. The same seed gives the same images. They are made
// when they are asked for, so a million cost only 8 MB. The default is 60 images.
func WithCatalogue(n int, seed uint64) Option {
	return func(a *API) { a.store.fill(n, seed) }
}

// WithImages fills the fake with these images instead of a catalogue. Public images belong to everybody, and so do all
// of the types base and application, such as a retired one that is no longer public. An image without an id, a status
// or a time of creation is given one. A status stays as it is given: only an import that was started by a request to
// the fake proceeds.
//
// Lists have the newest first, by time of creation, and images of the same time or without one in the order given here.
func WithImages(images ...gen.Image) Option {
	return func(a *API) {
		a.store.fill(0, 0)
		a.store.addImages(images, time.Now())
	}
}

// WithActions adds actions to images of [WithImages], which has to come before: ResourceID says to which. They stay as
// they are given. WithActions panics if there is no such image.
func WithActions(actions ...gen.Action) Option {
	return func(a *API) {
		for _, given := range actions {
			a.store.addAction(given)
		}
	}
}

// WithUnreachable names hosts that an import cannot reach, on any port, beside those of the reserved top-level domain
// .invalid (RFC 2606), which none can. A create from one is refused with 400, in a body of two JSON documents: the
// error, and a new image. That image stays, and ends as deleted. A host is written without a port.
//
// https://docs.digitalocean.com/reference/api/reference/images/#images_create_custom
func WithUnreachable(hosts ...string) Option {
	return func(a *API) {
		for _, host := range hosts {
			a.store.unreachable = append(a.store.unreachable, comparableHost(host))
		}
	}
}

// WithSignedURLs imports from URLs that have a query, as pre-signed ones do. Without it a create from one is refused
// with 400: a query was refused in 2020 (nanovms/ops#471), but a change of 2025 to the same program relies on
// pre-signed URLs (nanovms/ops#1723).
//
// https://docs.digitalocean.com/reference/api/reference/images/#images_create_custom
func WithSignedURLs() Option {
	return func(a *API) { a.store.signedURLs = true }
}

// WithFailedImportsListed keeps images whose import failed in the lists. Without it only a read by id finds them: a
// list was seen without one (digitalocean/doctl#671, 2019).
//
// https://docs.digitalocean.com/reference/api/reference/images/#images_list
func WithFailedImportsListed() Option {
	return func(a *API) { a.store.listsFailed = true }
}

// WithNullRegions makes region and region_slug of every action null, as they were in responses of 2017 and 2018
// (dchonch/digitalocean-postman, digitalocean/doctl#196). Without it they are those that the document's examples show.
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/#imageActions_get
func WithNullRegions() Option {
	return func(a *API) { a.store.nullRegions = true }
}

// WithImportTime sets how long an import takes. The default is 5 seconds.
func WithImportTime(d time.Duration) Option {
	return func(a *API) { a.store.imports = span{time: d} }
}

// WithImportPolls makes an import end when the image is read for the nth time, whatever the clock says. A request for
// the image is one reading, and so is one for a page of a list that has it.
func WithImportPolls(n int) Option {
	return func(a *API) { a.store.imports = span{polls: n} }
}

// WithActionTime sets how long a transfer or conversion takes. The default is 5 seconds.
func WithActionTime(d time.Duration) Option {
	return func(a *API) { a.store.work = span{time: d} }
}

// WithActionPolls makes an action end when it is read for the nth time, whatever the clock says. A request for the
// action is one reading, and so is one for a page of a list that has it.
func WithActionPolls(n int) Option {
	return func(a *API) { a.store.work = span{polls: n} }
}

// WithRateLimit sets how many requests each token may make in any hour and in any minute. The defaults are the
// documented 5,000 and 250. Zero switches a limit off.
//
// With perHour 0 the headers still advertise 5,000, at least half of it remaining, except on a 429 of the per-minute
// limit.
//
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
func WithRateLimit(perHour, perMinute int) Option {
	return func(a *API) { a.limits.perHour, a.limits.perMinute = perHour, perMinute }
}

// WithPastReset makes ratelimit-reset the time at which the oldest request of the hour was made, as in responses of
// 2017 to 2020 (digitalocean/doctl#241, dchonch/digitalocean-postman). Without it the header is the time at which that
// request expires, an hour later.
//
// https://docs.digitalocean.com/reference/api/reference/#rate-limit
func WithPastReset() Option {
	return func(a *API) { a.limits.pastReset = true }
}

// WithBaseURL sets where clients find the API, such as behind a proxy: the links of lists begin with it. Without it
// they have the scheme and the host that the request was sent to. WithBaseURL panics if it is not an absolute URL.
func WithBaseURL(address string) Option {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" {
		panic("fakeapi: the base URL is not an absolute URL")
	}
	return func(a *API) { a.base = base }
}

// WithFaults makes requests go wrong. If several faults match a request, the first takes effect. WithFaults panics if
// one of them has no effect, or names an operation that does not exist, one that its effect cannot concern, or a page
// of an operation that has no pages.
func WithFaults(faults ...Fault) Option {
	faults = slices.Clone(faults)
	newFaults(faults) // so that it panics here, and not in New
	return func(a *API) { a.faults = append(a.faults, newFaults(faults)...) }
}

// New returns a fake. Without options it has a catalogue of 60 images and one account, whose token is [Token].
func New(options ...Option) *API {
	a := &API{
		accounts: []Account{defaultAccount},
		limits: limits{
			perHour:   defaultPerHour,
			perMinute: defaultPerMinute,
			used:      map[string][]time.Time{},
		},
		store:  newStore(),
		router: http.NewServeMux(),
		done:   map[string]int{},
	}
	a.store.fill(60, 1)
	for _, option := range options {
		option(a)
	}
	handlers := &service{store: &a.store, accounts: a.accounts}
	strict := server.NewStrictHandlerWithOptions(handlers, nil, server.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  refuseBody,
		ResponseErrorHandlerFunc: refuseOperation,
	})
	server.HandlerWithOptions(strict, server.StdHTTPServerOptions{
		BaseRouter:       a.router,
		ErrorHandlerFunc: refuseParameter,
	})
	handlers.registerAllActions(a.router)
	return a
}

// Inject adds faults to a fake that is running, before those it has: the new ones match first. It panics as
// [WithFaults] does.
func (a *API) Inject(faults ...Fault) {
	added := newFaults(faults)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = append(added, a.faults...)
}

// SetFaults replaces the faults of a fake that is running. Without any, nothing goes wrong from now on. It panics as
// [WithFaults] does.
func (a *API) SetFaults(faults ...Fault) {
	all := newFaults(faults)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = all
}

// newFaults returns faults in use. It panics if one of them could never strike, or would do nothing.
func newFaults(faults []Fault) []*fault {
	all := make([]*fault, len(faults))
	for i, f := range faults {
		f.mustBePossible()
		all[i] = newFault(f)
	}
	return all
}

// Requests returns how many requests the fake has received, including those that failed.
func (a *API) Requests() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests
}

// Done returns how many requests of an operation, such as images_create_custom, succeeded. A request whose response was
// lost afterwards counts as well. Done panics if there is no such operation.
func (a *API) Done(operation string) int {
	mustBeOperation(operation)
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.done[operation]
}

// Images returns the images of all accounts, in the order of a list: the newest first. It is meant for assertions about
// what requests did. The images are copies that the caller owns.
func (a *API) Images() []gen.Image {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.store.settle(time.Now())
	images := make([]gen.Image, 0, len(a.store.order))
	for _, id := range slices.Backward(a.store.order) {
		image, _ := a.store.find(id)
		images = append(images, clone(image.Image))
	}
	return images
}

// tokenOf returns the token of the account that a request belongs to, or "".
func (a *API) tokenOf(r *http.Request) string {
	account, ok := authenticate(a.accounts, r)
	if !ok {
		return ""
	}
	return a.accounts[account].Token
}

// respond writes the response to a request into b. It checks the token, the limits, the path and method, and the
// scopes, in this order, before the operation's own handler runs. The caller holds the lock.
//
// failWith says why the work that the request starts will fail; nil lets it take its course.
func (a *API) respond(b *buffer, r *http.Request, op operation, pathKnown bool, failWith *string) {
	now := time.Now()
	account, ok := authenticate(a.accounts, r)
	if !ok {
		writeError(b, errUnauthorized)
		return
	}
	if err := a.limits.take(b.header, a.accounts[account].Token, now); err != nil {
		writeError(b, err)
		return
	}
	if op.id == "" && pathKnown {
		writeError(b, errMethodNotAllowed)
		return
	}
	if op.id == "" {
		writeError(b, errNotFound)
		return
	}
	if !a.accounts[account].may(op.scopes) {
		writeError(b, errForbidden)
		return
	}
	a.store.settle(now)
	ctx := withCaller(r.Context(), caller{
		account:  account,
		request:  r,
		now:      now,
		failWith: failWith,
		base:     a.base,
	})
	a.router.ServeHTTP(b, ignoringOutOfRange(r.WithContext(ctx)))
	if b.body.Len() > 0 {
		b.header.Set("Content-Type", contentType(b.status)) // the generated server names no charset
	}
	if b.status/100 == 2 {
		a.done[op.id]++
	}
}
