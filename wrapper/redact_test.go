package wrapper_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// print returns a value in every form in which it may get into a log, and all errors that it wraps.
func print(values ...any) string {
	var text strings.Builder
	for _, value := range values {
		fmt.Fprintf(&text, "%v %+v %#v\n", value, value, value)
		if err, ok := value.(error); ok && errors.Unwrap(err) != nil {
			text.WriteString(print(errors.Unwrap(err)))
		}
	}
	return text.String()
}

func debugLog() (*slog.Logger, *bytes.Buffer) {
	log := &bytes.Buffer{}
	return slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), log
}

func TestTokenIsNeverPrinted(t *testing.T) {
	logger, log := debugLog()
	// A server that repeats the token wherever it can.
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-request-id", r.Header.Get("Authorization"))
		w.Header().Set("Content-Type", "text/html; token="+canary)
		switch r.Method {
		case http.MethodGet:
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"id":%q,"message":"who is %s?","request_id":%q}`, canary, canary, canary)
		case http.MethodPut:
			fmt.Fprintf(w, `{"image":{"created_at":%q}}`, canary)
		default:
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprintf(w, "<p>%s</p>", canary)
		}
	}, wrapper.WithLogger(logger))

	_, err1 := client.Get(t.Context(), 42)
	_, err2 := client.Update(t.Context(), 42, updateName)
	err3 := client.Delete(t.Context(), 42)
	for _, err := range []error{err1, err2, err3} {
		require.Error(t, err)
		apiError := failed(t, err)
		log.WriteString(print(err, apiError, *apiError))
	}
	log.WriteString(print(client, *client, client.API(), *client.API(), client.API().ClientInterface, client.RateLimit()))
	assert.NotContains(t, log.String(), canary)
	assert.Contains(t, log.String(), "path=/v2/images/42")
}

// net/http quotes a Location that it cannot parse, and the JSON decoder a time. Either may be the token.
func TestTokenIsNotInAnyWrappedError(t *testing.T) {
	logger, log := debugLog()
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Location", "http://["+canary)
			w.WriteHeader(http.StatusFound)
			return
		}
		fmt.Fprintf(w, `{"image":{"created_at":%q}}`, canary)
	}, wrapper.WithLogger(logger))
	_, err1 := client.Get(t.Context(), 42)
	_, err2 := client.Update(t.Context(), 42, updateName)
	require.Error(t, err1)
	require.ErrorIs(t, err2, wrapper.ErrInvalidResponse)
	for _, err := range []error{err1, err2} {
		assert.NotContains(t, print(err), canary)
	}
	assert.NotContains(t, log.String(), canary)
}

// What a request ended with is found, also if the text of its error is long or has the token in it, as a URL may.
func TestErrorsKeepTheirTypes(t *testing.T) {
	untrusted := &tls.CertificateVerificationError{Err: errors.New(strings.Repeat("name.example, ", 1000))}
	for name, test := range map[string]struct {
		transport http.RoundTripper
		tag       string
		want      func(error) bool
	}{
		"a long URL":         {transport: hangs, tag: strings.Repeat("x", 10_000), want: isDeadline},
		"the token in a URL": {transport: hangs, tag: canary, want: isDeadline},
		"the token in the Op of another": {
			transport: roundTrip(func(*http.Request) (*http.Response, error) {
				return nil, &url.Error{Op: canary, URL: "https://proxy.example", Err: untrusted}
			}),
			want: isUntrusted,
		},
		"a long Op of another": {
			transport: roundTrip(func(*http.Request) (*http.Response, error) {
				return nil, &url.Error{Op: strings.Repeat("x", 10_000), URL: "https://proxy.example", Err: untrusted}
			}),
			want: isUntrusted,
		},
		"a long error": {
			transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, untrusted }),
			want:      isUntrusted,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, err := wrapper.NewClient(canary, wrapper.WithHTTPClient(&http.Client{Transport: test.transport}), wrapper.WithRetry(wrapper.Retry{Attempts: 2}))
				require.NoError(t, err)
				_, err = wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{TagName: test.tag}))
				assert.True(t, test.want(err), err)
				assert.ErrorAs(t, err, new(*url.Error))
				assert.Less(t, len(err.Error()), 2000)
				assert.NotContains(t, print(err), canary)
				assert.Equal(t, test.tag == "", failed(t, err).Attempts == 1, "an untrusted certificate is not tried again")
			})
		})
	}
}

func isDeadline(err error) bool { return errors.Is(err, context.DeadlineExceeded) }

func isUntrusted(err error) bool { return errors.As(err, new(*tls.CertificateVerificationError)) }

// Successes are searched, too: every string of every result, whatever the call, and what callers are told meanwhile.
func TestTokenIsInNoResult(t *testing.T) {
	image := strings.NewReplacer(`"image 42"`, `"`+canary+`"`, `_message":"`, `_message":"no access with `+canary, `["nyc3"]`, `["`+canary+`"]`).
		Replace(imageJSON(42, canary))
	action := strings.ReplaceAll(actionJSON(7, canary), "New York 3", canary)
	next := `"next":"https://api.digitalocean.com/v2/images?page=2&token=` + canary + `"`
	handler := func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/actions") && r.Method == http.MethodGet:
			reply(w, 200, `{"actions":[`+action+`],"links":{"pages":{}},"meta":{"total":1}}`)
		case strings.Contains(r.URL.Path, "/actions"):
			reply(w, 200, `{"action":`+action+`}`)
		case strings.HasSuffix(r.URL.Path, "/account_transfer"):
			reply(w, 200, `{"transfer_id":7,"token":"`+canary+`"}`)
		case r.URL.Path == "/v2/images" && r.Method == http.MethodGet:
			reply(w, 200, `{"images":[`+image+`],"links":{"pages":{`+next+`}},"meta":{"total":9}}`)
		default:
			reply(w, 200, `{"image":`+image+`}`)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		logger, log := debugLog()
		client := newClient(t, handler, wrapper.WithLogger(logger))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		progress := wrapper.WithProgress(func(p wrapper.Progress) { log.WriteString(print(p)) })
		said := func(values ...any) { log.WriteString(print(values...)) }

		got, err := client.Get(ctx, 42)
		require.NoError(t, err)
		assert.Equal(t, "[redacted-1]", got.Name)
		assert.Equal(t, "no access with [redacted-1]", got.ErrorMessage)
		said(got, *got)
		calls := map[string]func() (any, error){
			"create":          func() (any, error) { return client.Create(ctx, createParams) },
			"update":          func() (any, error) { return client.Update(ctx, 42, updateName) },
			"delete":          func() (any, error) { return nil, client.Delete(ctx, 42) },
			"images":          func() (any, error) { return wrapper.Collect(client.Images(ctx, wrapper.ListParams{PerPage: 1})) },
			"actions":         func() (any, error) { return wrapper.Collect(client.Actions(ctx, 42)) },
			"action":          func() (any, error) { return client.Action(ctx, 42, 7) },
			"transfer":        func() (any, error) { return client.Transfer(ctx, 42, "nyc3") },
			"convert":         func() (any, error) { return client.Convert(ctx, 42) },
			"offer":           func() (any, error) { return client.CreateAccountTransfer(ctx, 42, wrapper.Recipient{UUID: "a"}) },
			"wait":            func() (any, error) { return client.WaitAvailable(ctx, 42, progress) },
			"wait for action": func() (any, error) { return client.WaitAction(ctx, 42, 7, progress) },
			"wait for all":    func() (any, error) { return wrapper.Collect(client.WaitAllAvailable(ctx, []int64{42, 43}, progress)) },
			"distribute":      func() (any, error) { return nil, client.Distribute(ctx, 42, []gen.RegionSlug{"nyc3"}, progress) },
		}
		for name, call := range calls {
			result, err := call()
			said(result, err)
			assert.NotContains(t, log.String(), canary, name)
			log.Reset()
		}
		raw, err := client.API().ImagesGetWithResponse(t.Context(), "42")
		require.NoError(t, err)
		assert.NotContains(t, print(string(raw.Body), raw.JSON200), canary)
	})
}

// Failures of imports and actions quote what the API said.
func TestTokenIsInNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		deleted := strings.ReplaceAll(imageJSON(42, "deleted"), `_message":"`, `_message":"no access with `+canary)
		_, err := newClient(t, respond(200, `{"image":`+deleted+`}`, nil)).WaitAvailable(t.Context(), 42)
		var imageFailed *wrapper.ImageFailedError
		require.ErrorAs(t, err, &imageFailed)
		assert.ErrorContains(t, err, "no access with [redacted-1]")
		assert.NotContains(t, print(err, imageFailed, *imageFailed), canary)

		errored := strings.ReplaceAll(actionJSON(7, "errored"), "transfer", canary)
		_, err = newClient(t, respond(200, `{"action":`+errored+`}`, nil)).WaitAction(t.Context(), 42, 7)
		var actionFailed *wrapper.ActionFailedError
		require.ErrorAs(t, err, &actionFailed)
		assert.NotContains(t, print(err, actionFailed, *actionFailed), canary)
	})
}

// A caller that takes one argument for another must not find the token in the log.
func TestTokenInAnArgument(t *testing.T) {
	logger, log := debugLog()
	client := newClient(t, respond(404, `{"id":"not_found","message":"gone"}`, nil), wrapper.WithLogger(logger))
	lost, err := wrapper.NewClient(canary, wrapper.WithLogger(logger), wrapper.WithRetry(wrapper.Retry{Attempts: 1}),
		wrapper.WithHTTPClient(&http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.EOF })}))
	require.NoError(t, err)
	for _, client := range []*wrapper.Client{client, lost} {
		_, err1 := client.GetBySlug(t.Context(), canary)
		_, err2 := client.Create(t.Context(), gen.ImageCreate{Name: canary, URL: canary, Region: canary})
		_, err3 := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{TagName: canary}))
		err4 := client.AcceptAccountTransfer(t.Context(), 42, 7, canary)
		for _, err := range []error{err1, err2, err3, err4} {
			require.Error(t, err)
			assert.NotContains(t, print(err), canary)
		}
	}
	assert.NotContains(t, log.String(), canary)
	assert.Contains(t, log.String(), "path=/v2/images/[redacted-1]")
}

// Tokens of eight characters and more are searched for. A shorter one occurs in any text.
func TestShortTokens(t *testing.T) {
	for token, want := range map[string]string{
		"T":        "a T and more",
		"token-7":  "a token-7 and more",
		"token-08": "a [redacted-1] and more",
	} {
		body := strings.ReplaceAll(imageJSON(42, "available"), "image 42", "a "+token+" and more")
		transport := inMemory{Handler: respond(200, `{"image":`+body+`}`, nil)}
		client, err := wrapper.NewClient(token, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		image, err := client.Get(t.Context(), 42)
		require.NoError(t, err)
		assert.Equal(t, want, image.Name)
	}
}

// A server cannot write lines of its own into a log.
func TestErrorsAreOnOneLine(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, `{"id":"a\nb","message":"x\n\u001b[31mlevel=ERROR\u0000","request_id":"1\r\n2"}`)
	}))
	defer server.Close()
	client, err := wrapper.NewClient("dop_v1_canary", wrapper.WithBaseURL(server.URL))
	require.NoError(t, err)
	_, err = client.Get(t.Context(), 42)
	assert.EqualError(t, err, "get image 42: 422 a b: x  [31mlevel=ERROR  (request id 1  2)")
}

// That includes what it says of an import or an action that failed.
func TestFailuresAreOnOneLine(t *testing.T) {
	client := newClient(t, respond(200, `{"image":{"id":42,"status":"deleted","error_message":"x\n\u001b[31mlevel=ERROR"},`+
		`"action":{"id":1,"status":"errored","type":"a\r\nb"}}`, nil))
	_, err := client.WaitAvailable(t.Context(), 42)
	assert.EqualError(t, err, "wait for image 42: image 42 is deleted: x  [31mlevel=ERROR")
	_, err = client.WaitAction(t.Context(), 42, 1)
	assert.EqualError(t, err, "wait for action 1 of image 42: action 1 (a  b) is errored")
}

// And what a proxy says that refuses to connect: net/http makes its status line the error.
func TestRefusalsOfAProxyAreOnOneLine(t *testing.T) {
	refused := roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("No\x1b[31m\rlevel=ERROR") })
	_, err := newClient(t, nil, wrapper.WithHTTPClient(&http.Client{Transport: refused})).Get(t.Context(), 42)
	assert.EqualError(t, err, `get image 42: no response: Get "https://api.digitalocean.com/v2/images/42": No [31m level=ERROR`)
}
