package traffic_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/traffic"
)

func TestCanonicalURL(t *testing.T) {
	for given, want := range map[string]string{
		"/v2/images":              "/v2/images",
		"/v2/images/a%2Fb":        "/v2/images/a%2Fb",
		"/v2/images/":             "/v2/images",
		"/v2/images///":           "/v2/images",
		"//v2//images":            "/v2/images",
		"/v2/%69mages/42":         "/v2/images/42",
		"/v2/images/%34%32":       "/v2/images/42",
		"/v2/images/a%2db%5F%7e":  "/v2/images/a-b_~",
		"/v2/images/%2E%2e/a":     "/v2/images/%2E%2e/a",
		"/v2/images/a%2fb/":       "/v2/images/a%2fb",
		"/v2/images/a%20b%25%34":  "/v2/images/a%20b%254",
		"/v2/images/%C3%BC%ff%31": "/v2/images/%C3%BC%ff1",
		"/":                       "/",
		"//":                      "/",
		"":                        "",
	} {
		u, err := url.Parse("https://api.digitalocean.com" + given + "?a=%31&b=//")
		require.NoError(t, err)
		before := *u
		got := traffic.CanonicalURL(u)
		assert.Equal(t, "https://api.digitalocean.com"+want+"?a=%31&b=//", got.String())
		assert.Equal(t, given == want, got == u, "%s: what is canonical is not copied", given)
		assert.Equal(t, before, *u, "%s: the given one is not changed", given)
		again, err := url.Parse(got.String())
		require.NoError(t, err)
		assert.Equal(t, again.Path, got.Path, given)
		assert.Same(t, got, traffic.CanonicalURL(got), given)
	}
}

func TestNormalizedURL(t *testing.T) {
	given := traffic.Exchange{URL: &url.URL{Path: "/v2/images/"}}
	assert.Equal(t, "/v2/images", given.Normalized().URL.Path)
	assert.Equal(t, "/v2/images/", given.URL.Path)
}
