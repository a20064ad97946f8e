package traffic_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/traffic"
)

func TestParseBaseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ address, want string }{
		"nothing":         {"", "must begin with https:// and a host"},
		"a name":          {"proxy.example", "must begin with https:// and a host"},
		"another scheme":  {"ftp://proxy.example", "must begin with https:// and a host"},
		"no host":         {"https:///do", "must begin with https:// and a host"},
		"only a port":     {"https://:8443/do", "must begin with https:// and a host"},
		"not a URL":       {"https://proxy.example/%secret", "not a URL"},
		"credentials":     {"https://user:secret@proxy.example/do", "credentials"},
		"a query":         {"https://proxy.example/do?token=secret", "a query or a fragment"},
		"an empty query":  {"https://proxy.example/do?", "a query or a fragment"},
		"a fragment":      {"https://proxy.example/do#secret", "a query or a fragment"},
		"the API's path":  {"https://proxy.example/v2/", "/v2/images is added to it; without /v2 it is https://proxy.example"},
		"the images path": {"https://proxy.example:8443//v2/images", "without /v2/images it is https://proxy.example:8443"},
	} {
		base, err := traffic.ParseBase(test.address)
		assert.ErrorContains(t, err, test.want, name)
		assert.NotContains(t, err.Error(), "secret", name)
		assert.Zero(t, base, name)
	}
}

func TestBaseStrip(t *testing.T) {
	for name, test := range map[string]struct{ base, address, want string }{
		"a prefix": {
			base:    "https://proxy.example/do",
			address: "https://proxy.example/do/v2/images/1?page=2",
			want:    "https://proxy.example/v2/images/1?page=2",
		},
		"a slash at the end": {
			base:    "https://proxy.example/do/",
			address: "https://proxy.example/do/v2/images",
			want:    "https://proxy.example/v2/images",
		},
		"no prefix": {
			base:    "https://proxy.example",
			address: "https://proxy.example/v2/images/",
			want:    "https://proxy.example/v2/images/",
		},
		"a port": {
			base:    "http://proxy.example:8080/a/b",
			address: "http://proxy.example:8080/a/b/v2/images",
			want:    "http://proxy.example:8080/v2/images",
		},
		"the port of the scheme": {
			base:    "https://proxy.example:443/do",
			address: "https://PROXY.example/do/v2/images",
			want:    "https://PROXY.example/v2/images",
		},
		"another name of this machine": {
			base:    "http://localhost:8080/do",
			address: "http://127.0.0.1:8080/do/v2/images",
			want:    "http://127.0.0.1:8080/v2/images",
		},
		"repeated slashes": {
			base:    "https://proxy.example//do//",
			address: "https://proxy.example/do//v2/images",
			want:    "https://proxy.example/v2/images",
		},
		"parents": {
			base:    "https://proxy.example/a/../do",
			address: "https://proxy.example/do/v2/images",
			want:    "https://proxy.example/v2/images",
		},
		"an encoded slash": {
			base:    "https://proxy.example/a%2Fb",
			address: "https://proxy.example/a%2Fb/v2/images/x%2Fy",
			want:    "https://proxy.example/v2/images/x%2Fy",
		},
		"an encoded letter": {
			base:    "https://proxy.example/%64o",
			address: "https://proxy.example/do/v2/images",
			want:    "https://proxy.example/v2/images",
		},
		"another prefix":            {base: "https://proxy.example/do", address: "https://proxy.example/dont/v2/images"},
		"without the prefix":        {base: "https://proxy.example/do", address: "https://proxy.example/v2/images"},
		"another API of the proxy":  {base: "https://proxy.example/do", address: "https://proxy.example/do/v2/droplets"},
		"a path that begins so":     {base: "https://proxy.example/do", address: "https://proxy.example/do/v2/imagesque"},
		"another host":              {base: "https://proxy.example/do", address: "https://other.example/do/v2/images"},
		"another port":              {base: "https://proxy.example/do", address: "https://proxy.example:8443/do/v2/images"},
		"another scheme":            {base: "https://proxy.example/do", address: "http://proxy.example/do/v2/images"},
		"an address without a host": {base: "https://proxy.example/do", address: "/do/v2/images"},
	} {
		t.Run(name, func(t *testing.T) {
			base, err := traffic.ParseBase(test.base)
			require.NoError(t, err)
			u, err := url.Parse(test.address)
			require.NoError(t, err)
			stripped, ok := base.Strip(u)
			assert.Equal(t, test.want != "", ok)
			if !ok {
				test.want = test.address
			}
			assert.Equal(t, test.want, stripped.String())
			assert.Equal(t, test.address, u.String(), "the caller's URL is not changed")
		})
	}
}

func TestZeroBase(t *testing.T) {
	u, err := url.Parse("https://proxy.example/v2/images")
	require.NoError(t, err)
	stripped, ok := traffic.Base{}.Strip(u)
	assert.False(t, ok)
	assert.Same(t, u, stripped)
	assert.Empty(t, traffic.Base{}.String())
	base, err := traffic.ParseBase("https://proxy.example/do/")
	require.NoError(t, err)
	assert.Equal(t, "https://proxy.example/do", base.String())
	_, ok = base.Strip(nil)
	assert.False(t, ok)
}

func TestSameServer(t *testing.T) {
	for _, test := range []struct {
		name string
		a, b string
		want bool
	}{
		{name: "another path", a: "https://a.example/b", b: "https://a.example", want: true},
		{name: "another case", a: "https://A.example", b: "https://a.example", want: true},
		{name: "the port of its scheme", a: "https://a.example:443", b: "https://a.example", want: true},
		{name: "this machine", a: "http://127.0.0.1:8080", b: "http://localhost:8080", want: true},
		{name: "another host", a: "https://b.example", b: "https://a.example"},
		{name: "another port", a: "https://a.example:8443", b: "https://a.example"},
		{name: "the port of the other scheme", a: "https://a.example:80", b: "https://a.example"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a, err := url.Parse(test.a)
			require.NoError(t, err)
			b, err := url.Parse(test.b)
			require.NoError(t, err)
			assert.Equal(t, test.want, traffic.SameServer(a, b))
		})
	}
}
