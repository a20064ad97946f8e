package fakeapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
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
	return func(a *API) { a.accounts = accounts }
}

// WithCatalogue fills the fake with n images: distributions and applications, then snapshots, backups and custom
// images of the first account. The same seed gives the same images. They are made when they are asked for, so that a
// million cost 8 MB. The default is 60 images.
func WithCatalogue(n int, seed uint64) Option {
	return func(a *API) { a.store.fill(n, seed) }
}

// WithImages fills the fake with these images instead of a catalogue. Public ones are everybody's. An image without an
// id, a status or a time of creation is given one.
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
// documented 5,000 and 250. Zero switches a limit off; the headers are sent all the same, and say that at least half of
// 5,000 is left.
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
// whose answer was lost included.
func (a *API) Done(operation string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.done[operation]
}

// Images returns what the fake holds, in the order of a list. It is meant for assertions about what requests did.
func (a *API) Images() []gen.Image {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.store.settle(time.Now())
	images := make([]gen.Image, 0, len(a.store.order))
	for _, id := range a.store.order {
		image, _ := a.store.find(id)
		images = append(images, image.Image)
	}
	return images
}

// operation is what the fake needs to know of one before its handler runs.
type operation struct {
	id     string
	scopes []string
}

var operations = map[string]operation{
	"GET /v2/images":                                      {"images_list", []string{"image:read"}},
	"POST /v2/images":                                     {"images_create_custom", []string{"image:create"}},
	"GET /v2/images/{image_id}":                           {"images_get", []string{"image:read"}},
	"PUT /v2/images/{image_id}":                           {"images_update", []string{"image:update"}},
	"DELETE /v2/images/{image_id}":                        {"images_delete", []string{"image:delete"}},
	"GET /v2/images/{image_id}/actions":                   {"imageActions_list", []string{"image:read"}},
	"POST /v2/images/{image_id}/actions":                  {"imageActions_post", []string{"image:update"}},
	"GET /v2/images/{image_id}/actions/{action_id}":       {"imageActions_get", []string{"image:read"}},
	"POST /v2/images/{image_id}/account_transfer":         {"images_post_account_transfer_create", []string{"image:update", "image:delete"}},
	"POST /v2/images/{image_id}/account_transfer/accept":  {"images_post_account_transfer_accept", []string{"image:create"}},
	"POST /v2/images/{image_id}/account_transfer/cancel":  {"images_post_account_transfer_cancel", []string{"image:update"}},
	"POST /v2/images/{image_id}/account_transfer/decline": {"images_post_account_transfer_decline", []string{"image:create"}},
}

// caller is who makes a request, for the handlers.
type caller struct {
	account int
	request *http.Request
	now     time.Time
}

type callerKey struct{}

func callerOf(ctx context.Context) caller { return ctx.Value(callerKey{}).(caller) }

// answer returns the response to a request, as buffered by w. The fake is locked while it does.
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

// operationOf returns what a request asks for, and whether another method would have found something at its path.
func (a *API) operationOf(r *http.Request) (op operation, pathKnown bool) {
	for _, method := range []string{r.Method, http.MethodGet, http.MethodPost} {
		probe := r.Clone(r.Context())
		probe.Method = method
		if _, pattern := a.router.Handler(probe); pattern != "" {
			if method == r.Method {
				return operations[pattern], true
			}
			return operation{}, true
		}
	}
	return operation{}, false
}

// refusal is an error of the API.
type refusal struct {
	status  int
	id      string
	message string
}

func (r *refusal) Error() string { return r.message }

var (
	errUnauthorized = &refusal{401, "unauthorized", "Unable to authenticate you."}
	errForbidden    = &refusal{403, "forbidden", "You are not authorized to perform this operation."}
	errNotFound     = &refusal{404, "not_found", "The resource you requested could not be found."}
	errTooMany      = &refusal{429, "too_many_requests", "API rate limit exceeded."}
)

// refuse is a request that was understood and cannot be carried out.
func refuse(format string, args ...any) *refusal {
	return &refusal{422, "unprocessable_entity", fmt.Sprintf(format, args...)}
}

func refuseBody(w http.ResponseWriter, _ *http.Request, _ error) {
	writeError(w, &refusal{400, "bad_request", "error parsing request body"})
}

func writeError(w http.ResponseWriter, err error) {
	var r *refusal
	if !errors.As(err, &r) {
		r = &refusal{500, "server_error", "Unexpected server-side error"}
	}
	body := gen.Error{ID: r.id, Message: r.message}
	if b, ok := w.(*buffer); ok && r.status != 401 {
		body.RequestID = b.requestID
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.status)
	_ = json.NewEncoder(w).Encode(body)
}

// buffer holds a response until it is known how it is to be delivered.
type buffer struct {
	header    http.Header
	status    int
	body      bytes.Buffer
	requestID string
}

func (b *buffer) Header() http.Header { return b.header }

func (b *buffer) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

func (b *buffer) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	return b.body.Write(p)
}

// requestID makes ids that look like the API's and repeat from run to run.
func requestID(n int) string {
	s := strconv.FormatInt(int64(n), 16)
	return "00000000-0000-4000-8000-" + strings.Repeat("0", 12-len(s)) + s
}
