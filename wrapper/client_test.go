package wrapper_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"
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
		"an empty token":          {token: "", baseURL: "https://api.example.com", want: "the token is empty"},
		"a token with a line end": {token: canary + "\n", baseURL: "https://api.example.com", want: "white space"},
		"a token beyond ASCII":    {token: canary + "é", baseURL: "https://api.example.com", want: "non-ASCII character"},
		"a token in quotes":       {token: `"` + canary + `"`, baseURL: "https://api.example.com", want: "a quote"},
		"a backslash":             {token: canary + `\`, baseURL: canary + `\`, want: "a backslash"},
		"a malformed URL":         {token: canary, baseURL: "https://api.example.com:port", want: "base URL"},
		"no scheme":               {token: canary, baseURL: "api.example.com", want: "must begin with https://"},
		"another scheme":          {token: canary, baseURL: "ftp://api.example.com", want: "must begin with https://"},
		"no host":                 {token: canary, baseURL: "https://", want: "and a host"},
		"plain http":              {token: canary, baseURL: "http://api.example.com", want: "expose the token"},
		"a look-alike of loopback": {token: canary, baseURL: "http://localhost.example.com",
			want: "expose the token"},
		"credentials":             {token: canary, baseURL: "https://user:secret@api.example.com", want: "credentials"},
		"credentials and a port":  {token: canary, baseURL: "https://user:secret@api.example.com:port", want: "credentials"},
		"credentials, no scheme":  {token: canary, baseURL: "user:secret@api.example.com", want: "credentials"},
		"credentials and a slash": {token: canary, baseURL: "https://user:secret/1@api.example.com", want: "credentials"},
		"the path of the API":     {token: canary, baseURL: "https://api.example.com/v2", want: "without /v2 it is https://api.example.com"},
		"its path and a slash":    {token: canary, baseURL: "https://api.example.com:8443/v2/", want: "without /v2 it is https://api.example.com:8443"},
		"dots around its path":    {token: canary, baseURL: "https://api.example.com/do/../v2/.", want: "without /v2 it is https://api.example.com"},
		"slashes before its path": {token: canary, baseURL: "https://api.example.com//v2", want: "without /v2 it is https://api.example.com"},
		"an empty query":          {token: canary, baseURL: "https://api.example.com/do?", want: "query"},
		"the path of images":      {token: canary, baseURL: "https://api.example.com/v2/images", want: "without /v2/images it is https://api.example.com"},
		"its path in upper case":  {token: canary, baseURL: "https://api.example.com/V2/", want: "without /V2 it is https://api.example.com"},
		"images in upper case":    {token: canary, baseURL: "https://api.example.com/V2/Images", want: "without /V2/Images it is"},
		"a query":                 {token: canary, baseURL: "https://api.example.com/?a=secret", want: "query"},
		"a port out of range":     {token: canary, baseURL: "https://api.example.com:65536", want: "the port 65536 is not from 1 to 65535"},
		"a port of many digits":   {token: canary, baseURL: "https://api.example.com:99999999999999999999", want: "is not from 1 to 65535"},
		"port 0":                  {token: canary, baseURL: "http://localhost:0", want: "the port 0 is not from 1 to 65535"},
		"the token as an address": {token: canary, baseURL: canary, want: "must begin with https://"},
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
	for _, baseURL := range []string{
		"https://api.example.com", "https://api.example.com/prefix/", "https://api.example.com/do/v2", "https://api.example.com/v2/do",
		"https://api.example.com:", "https://api.example.com:65535", "http://127.0.0.1:8080", "http://localhost", "http://[::1]:80",
	} {
		_, err := wrapper.NewClient(canary, wrapper.WithBaseURL(baseURL))
		assert.NoError(t, err, baseURL)
	}
}

func TestRequestsCarryTokenAndUserAgentAndKeepThePathPrefix(t *testing.T) {
	var got *http.Request
	handler := func(w http.ResponseWriter, r *http.Request) {
		got = r
		reply(w, 200, image42)
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
	apiError := failed(t, err)
	assert.Equal(t, http.StatusTemporaryRedirect, apiError.Status)
	assert.True(t, apiError.MayHaveActed, "a redirect does not say whether it did")
	assert.ErrorContains(t, err, other.Listener.Addr().String())
	assert.NotContains(t, err.Error(), canary)
}

// The copy of a caller's client shares the jar. The caller's own still follows redirects.
func TestTheHTTPClientIsCopied(t *testing.T) {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	var sent []string
	caller := &http.Client{Jar: jar, Transport: inMemory{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Get("Cookie"))
		w.Header().Set("Set-Cookie", "a=b")
		reply(w, 200, image42)
	})}}
	client, err := wrapper.NewClient(canary, wrapper.WithHTTPClient(caller))
	require.NoError(t, err)
	assert.Nil(t, caller.CheckRedirect)
	for range 2 {
		_, err = client.Get(t.Context(), 42)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"", "a=b"}, sent)
}

func TestRateLimitOfTheLatestResponse(t *testing.T) {
	remaining := "4816"
	handler := func(w http.ResponseWriter, r *http.Request) {
		if remaining != "" {
			w.Header().Set("RateLimit-Limit", "5000")
			w.Header().Set("RateLimit-Remaining", remaining)
			w.Header().Set("RateLimit-Reset", "1444931833")
		}
		reply(w, 200, image42)
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

func TestUserAgentIsTrimmed(t *testing.T) {
	for name, want := range map[string]string{" inventory  1.4 ": "inventory  1.4 doimages/", "": "doimages/"} {
		var got string
		client := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			got = r.UserAgent()
			reply(w, 200, image42)
		}, wrapper.WithUserAgent(name))
		_, err := client.Get(t.Context(), 42)
		require.NoError(t, err)
		assert.Equal(t, want+openapi.Version, got)
	}
}
