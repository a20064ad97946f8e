package wrapper_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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

	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

func TestNewClientRejects(t *testing.T) {
	for name, test := range map[string]struct {
		token, baseURL, want string
	}{
		"an empty token":          {"", "https://api.example.com", "the token is empty"},
		"a token with a line end": {canary + "\n", "https://api.example.com", "white space"},
		"a token beyond ASCII":    {canary + "é", "https://api.example.com", "non-ASCII character"},
		"a token in quotes":       {`"` + canary + `"`, "https://api.example.com", "a quote"},
		"a backslash":             {canary + `\`, canary + `\`, "a backslash"},
		"a malformed URL":         {canary, "https://api.example.com:port", "base URL"},
		"no scheme":               {canary, "api.example.com", "must begin with https://"},
		"another scheme":          {canary, "ftp://api.example.com", "must begin with https://"},
		"no host":                 {canary, "https://", "and a host"},
		"plain http":              {canary, "http://api.example.com", "expose the token"},
		"a look-alike of loopback": {canary, "http://localhost.example.com",
			"expose the token"},
		"credentials":             {canary, "https://user:secret@api.example.com", "credentials"},
		"credentials and a port":  {canary, "https://user:secret@api.example.com:port", "credentials"},
		"credentials, no scheme":  {canary, "user:secret@api.example.com", "credentials"},
		"credentials and a slash": {canary, "https://user:secret/1@api.example.com", "credentials"},
		"a query":                 {canary, "https://api.example.com/?a=b", "query"},
		"the token as an address": {canary, canary, "[redacted-1]"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := wrapper.NewClient(test.token, wrapper.WithBaseURL(test.baseURL))
			require.ErrorContains(t, err, test.want)
			assert.Nil(t, client)
			assert.NotContains(t, err.Error(), canary)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

func TestNewClientAccepts(t *testing.T) {
	for _, baseURL := range []string{"https://api.example.com", "https://api.example.com/prefix/", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:80"} {
		_, err := wrapper.NewClient(canary, wrapper.WithBaseURL(baseURL), wrapper.WithHTTPClient(nil), wrapper.WithLogger(nil))
		assert.NoError(t, err, baseURL)
	}
}

func TestRequestsCarryTokenAndUserAgentAndKeepThePathPrefix(t *testing.T) {
	var got *http.Request
	handler := func(w http.ResponseWriter, r *http.Request) {
		got = r
		reply(w, 200, `{"image":`+imageJSON(42, "available")+`}`)
	}
	client := newClient(t, handler, wrapper.WithBaseURL("https://proxy.example/do"), wrapper.WithUserAgent("inventory/1.4"))
	_, err := client.Get(t.Context(), 42)
	require.NoError(t, err)
	assert.Equal(t, "https://proxy.example/do/v2/images/42", got.URL.String())
	assert.Equal(t, "Bearer "+canary, got.Header.Get("Authorization"))
	assert.Regexp(t, `^inventory/1\.4 doimages/`, got.Header.Get("User-Agent"))
}

func TestTokenStaysWithTheConfiguredHost(t *testing.T) {
	seen := ""
	handler := func(w http.ResponseWriter, r *http.Request) {
		seen += r.Header.Get("Authorization")
		reply(w, 200, `{}`)
	}
	client := newClient(t, handler)
	for name, change := range map[string]func(*url.URL){
		"another host":   func(u *url.URL) { u.Host = "elsewhere.example" },
		"another port":   func(u *url.URL) { u.Host += ":8443" },
		"another scheme": func(u *url.URL) { u.Scheme = "http" },
	} {
		_, err := client.API().ImagesGet(t.Context(), "42", func(_ context.Context, req *http.Request) error {
			change(req.URL)
			return nil
		})
		require.NoError(t, err, name)
		assert.Empty(t, seen, name)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		assert.Fail(t, "the redirect was followed")
	}))
	t.Cleanup(other.Close)
	server := httptest.NewServer(http.RedirectHandler(other.URL+"/?"+canary, http.StatusTemporaryRedirect))
	t.Cleanup(server.Close)
	client, err := wrapper.NewClient(canary, wrapper.WithBaseURL(server.URL))
	require.NoError(t, err)

	_, err = client.Get(t.Context(), 42)
	var apiError *wrapper.Error
	require.ErrorAs(t, err, &apiError)
	assert.Equal(t, http.StatusTemporaryRedirect, apiError.Status)
	assert.ErrorContains(t, err, other.Listener.Addr().String())
	assert.NotContains(t, err.Error(), canary)
}

func TestCallersHTTPClientIsNotChanged(t *testing.T) {
	caller := &http.Client{Timeout: time.Second}
	_, err := wrapper.NewClient(canary, wrapper.WithHTTPClient(caller))
	require.NoError(t, err)
	assert.Nil(t, caller.CheckRedirect)
}

func TestRateLimitOfTheLatestResponse(t *testing.T) {
	remaining := "4816"
	handler := func(w http.ResponseWriter, r *http.Request) {
		if remaining != "" {
			w.Header().Set("RateLimit-Limit", "5000")
			w.Header().Set("RateLimit-Remaining", remaining)
			w.Header().Set("RateLimit-Reset", "1444931833")
		}
		reply(w, 200, `{"image":`+imageJSON(42, "available")+`}`)
	}
	for _, client := range []*wrapper.Client{newClient(t, handler), newClient(t, handler, wrapper.WithoutAdaptiveLimit())} {
		assert.Zero(t, client.RateLimit())
		for _, remaining = range []string{"4816", "4815", "", "lots"} {
			_, err := client.Get(t.Context(), 42)
			require.NoError(t, err)
		}
		assert.Equal(t, wrapper.RateLimit{Limit: 5000, Remaining: 4815, Reset: time.Unix(1444931833, 0)}, client.RateLimit())
	}
}

func TestTokenIsNeverPrinted(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
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
		var apiError *wrapper.Error
		require.ErrorAs(t, err, &apiError)
		fmt.Fprintf(&log, "%v %+v %#v %#v", err, apiError, apiError, *apiError)
	}
	fmt.Fprintf(&log, "%v %+v %#v %#v", client, client, client, *client)
	fmt.Fprintf(&log, "%+v %#v %#v", client.API(), client.API(), *client.API())
	fmt.Fprintf(&log, "%+v %#v", client.API().ClientInterface, client.API().ClientInterface)
	assert.NotContains(t, log.String(), canary)
	assert.Contains(t, log.String(), "path=/v2/images/42")
}

// net/http quotes a Location that it cannot parse, and encoding/json a time; either can be the token.
func TestTokenIsNotInAnyWrappedError(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
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
		for ; err != nil; err = errors.Unwrap(err) {
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), canary)
		}
	}
	assert.NotContains(t, log.String(), canary)
}

// A server that knows the token can put it into what is a success, too.
func TestTokenIsInNoResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, status := range []string{"available", "deleted", canary} {
			client := newClient(t, answer(200, strings.ReplaceAll(`{"image":`+imageJSON(42, status)+`}`, `_message":"`, `_message":"no access with `+canary), nil))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			image, err := client.WaitAvailable(ctx, 42)
			cancel()
			assert.Contains(t, image.ErrorMessage, "no access with [redacted-1]")
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v %v", image, image, image, err), canary)
			raw, err := client.API().ImagesGetWithResponse(t.Context(), "42")
			require.NoError(t, err)
			assert.NotContains(t, fmt.Sprintf("%s %+v", raw.Body, raw.JSON200), canary)
		}
		client, err := wrapper.NewClient("T", wrapper.WithHTTPClient(&http.Client{Transport: inMemory{answer(200, `{"image":`+imageJSON(42, "available")+`}`, nil)}}))
		require.NoError(t, err)
		_, err = client.Get(t.Context(), 42)
		assert.NoError(t, err, "a token this short is part of any text")
	})
}

func TestUserAgentStaysOnItsLine(t *testing.T) {
	var got string
	client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.UserAgent()
		reply(w, 200, `{"image":`+imageJSON(42, "available")+`}`)
	}, wrapper.WithUserAgent(" inventory\n1.4 "))
	_, err := client.Get(t.Context(), 42)
	require.NoError(t, err)
	assert.Equal(t, "inventory 1.4 doimages/"+openapi.Version, got)
}
