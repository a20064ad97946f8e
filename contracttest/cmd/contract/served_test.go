package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/wrapper"
)

// gatewayArchive is what a client saw that has https://proxy.example:8443/do for its base URL.
const gatewayArchive = `{"log":{"version":"1.2","entries":[
{"request":{"method":"GET","url":"https://proxy.example:8443/do/v2/images/1","headers":[]},
 "response":{"status":200,"headers":[{"name":"content-type","value":"application/json"}],"content":{"size":12,"text":"{\"image\":{}}"}}},
{"request":{"method":"OPTIONS","url":"https://proxy.example:8443/do/v2/images/1","headers":[]},
 "response":{"status":204,"headers":[],"content":{"size":0}}},
{"request":{"method":"GET","url":"https://proxy.example:8443/v2/images/1","headers":[]},
 "response":{"status":200,"headers":[{"name":"content-type","value":"application/json"}],"content":{"size":12,"text":"{\"image\":{}}"}}}
]}}`

func TestVerifyBehindAGateway(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "session.har")
	require.NoError(t, os.WriteFile(file, []byte(gatewayArchive), 0o600))
	for name, test := range map[string]struct {
		args []string
		exit int
		want string
	}{
		"unknown":            {args: nil, exit: 1, want: "nothing was checked"},
		"the base":           {args: []string{"--base-url", "https://proxy.example:8443/do"}, exit: 1, want: "1 exchange checked, 2 skipped"},
		"with a slash":       {args: []string{"--base-url", "https://proxy.example:8443/do/"}, exit: 1, want: "images_get 200: body /image/id"},
		"another port":       {args: []string{"--base-url", "https://proxy.example/do"}, exit: 1, want: "nothing was checked"},
		"two":                {args: []string{"--base-url", "https://a.example", "--base-url", "https://proxy.example:8443/do"}, exit: 1, want: "1 exchange checked"},
		"beside a host":      {args: []string{"--host", "proxy.example", "--base-url", "https://proxy.example:8443/do"}, exit: 1, want: "2 exchanges checked, 1 skipped"},
		"the path of an API": {args: []string{"--base-url", "https://proxy.example:8443/v2"}, exit: 2, want: "--base-url: /v2/images is added to it; without /v2 it is https://proxy.example:8443"},
		"below another path": {args: []string{"--base-url", "https://proxy.example:8443/do/v2/images/"}, exit: 2, want: "--base-url: /v2/images is added to it: write it without that"},
	} {
		t.Run(name, func(t *testing.T) {
			exit, out := execute(t, nil, append([]string{"verify", file}, test.args...)...)
			assert.Equal(t, test.exit, exit, out)
			assert.Contains(t, out, test.want)
		})
	}
}

func TestVerifyTheCaseOfAPrefix(t *testing.T) {
	t.Parallel()
	const file = "../../../../shared/cases/n01-prefix.har"
	if _, err := os.Stat(file); err != nil {
		t.Skip("there are no cases beside this checkout")
	}
	exit, out := execute(t, nil, "verify", "--base-url", "https://proxy.example/do", file)
	assert.NotEqual(t, 2, exit, out)
	assert.Contains(t, out, " 0 skipped")
	assert.NotContains(t, out, "undocumented-operation")
}

// A host that matches nothing is a mistake that would otherwise be seen only in what is skipped.
func TestVerifyRefusesAHostThatIsMore(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"https://proxy.example/do":           "--host: it is a name without scheme, port and path: write --host proxy.example, or --base-url",
		"http://[::1]:8080":                  "::1 needs no --host, since loopback counts on any port",
		"proxy.example:8443":                 "port and path: write --host proxy.example, or --base-url",
		"127.0.0.1:18421":                    "port and path: 127.0.0.1 needs no --host, since loopback counts on any port; --base-url is for one with a path",
		"localhost:8080":                     "localhost needs no --host",
		"user:secret@localhost:8080":         "--host: it is a name without scheme, port and path, such as proxy.example",
		"proxy.example/do":                   "--host: it is a name without scheme, port and path, such as proxy.example",
		"[::1]":                              "--host: it is a name without scheme, port and path, such as proxy.example",
		"":                                   "--host: it is a name without scheme, port and path, such as proxy.example",
		"https://user:secret@proxy.example/": "--host: it is a name without scheme, port and path, such as proxy.example",
	} {
		exit, out := execute(t, nil, "verify", "--host", host, recordings+"images_get.cassette.yaml")
		assert.Equal(t, 2, exit, host)
		assert.Contains(t, out, want, host)
		assert.NotContains(t, out, "secret")
	}
	for _, host := range []string{"proxy.example", "::1", "127.0.0.1", "gateway"} {
		exit, out := execute(t, nil, "verify", "--host", host, recordings+"images_get.cassette.yaml")
		assert.Equal(t, 0, exit, "%s: %s", host, out)
	}
}

func TestHelpSaysWhichHostsCount(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"verify", "convert", "baseline", "suggest"} {
		_, out := execute(t, nil, command, "--help")
		assert.Contains(t, out, "beside api.digitalocean.com and loopback", command)
	}
}

// startGateway serves a fake below a path, as a gateway does, to the token of the canary.
func startGateway(t *testing.T, options ...fakeapi.Option) (base string) {
	t.Helper()
	options = append([]fakeapi.Option{
		fakeapi.WithAccounts(fakeapi.Account{Token: canary}),
		fakeapi.WithRateLimit(0, 0),
	}, options...)
	server := httptest.NewServer(http.StripPrefix("/do", fakeapi.New(options...)))
	t.Cleanup(server.Close)
	return server.URL + "/do"
}

// What the client of package wrapper can use, every command can.
func TestEveryCommandKnowsABaseWithAPath(t *testing.T) {
	t.Parallel()
	base := startGateway(t)
	exit, out := execute(t, withToken, "live", "--base-url", base+"/", "--fail-on", "drift")
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, " 0 failed, ")

	cassette := filepath.Join(t.TempDir(), "live.cassette.yaml")
	exit, out = execute(t, withToken, "record", "--base-url", base, "-o", cassette)
	assert.Equal(t, 0, exit, out)
	exit, out = execute(t, nil, "verify", cassette)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, " exchanges checked, 0 skipped", "the provenance has the base")

	dir := t.TempDir()
	exit, out = execute(t, withToken, "first-contact", "--base-url", base+"/", "-o", dir)
	assert.Equal(t, 0, exit, out)
	exit, out = execute(t, nil, "verify", filepath.Join(dir, "images_list.cassette.yaml"), filepath.Join(dir, "images_get.cassette.yaml"))
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, " exchanges checked, 0 skipped")

	p := startProxy(t, "--target", base+"/", "--fail-on", "drift")
	status, body := p.get(t, "/v2/images?page=2&per_page=20", canary)
	assert.Equal(t, 200, status, body)
	assert.Equal(t, 0, p.stop(), &p.log)
	assert.Contains(t, p.out.String(), "1 exchange checked")
}

// The rules for a base are those of the client, but for plain http.
func TestBasesAreThoseOfTheWrapper(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"https://proxy.example", "https://proxy.example/", "https://proxy.example:8443/a/b/", "http://[::1]:8080/do",
		"https://proxy.example/v2/do", "https://proxy.example/do/v2", "https://proxy.example/a%2Fb", "https://proxy.example//do",
		"https://proxy.example/a/../do", "", "proxy.example", "https://", "ftp://proxy.example", "https://user@proxy.example",
		"https://proxy.example/v2", "https://proxy.example/v2/", "https://proxy.example//v2//images", "https://proxy.example?a",
		"https://proxy.example?", "https://proxy.example#a", "https://proxy.example/%zz", "https://proxy.example/do@",
	} {
		_, wrapperErr := wrapper.NewClient(canary, wrapper.WithBaseURL(address))
		_, err := traffic.ParseBase(address)
		if wrapperErr == nil {
			assert.NoError(t, err, address)
			continue
		}
		_, want, _ := strings.Cut(wrapperErr.Error(), "base URL: ")
		assert.EqualError(t, err, want, address)
	}
}
