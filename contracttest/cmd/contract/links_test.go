package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
)

// A client that follows links stays behind the proxy, and reads the list to its end.
func TestProxyKeepsLinks(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]string{
		"a target":  startServer(t).url,
		"a gateway": startGateway(t),
	} {
		t.Run(name, func(t *testing.T) {
			p := startProxy(t, "--target", target, "--fail-on", "drift")
			next, images := p.url+"/v2/images?per_page=20", 0
			for next != "" {
				_, body := fetch(t, next)
				var list gen.ImageList
				require.NoError(t, json.Unmarshal([]byte(body), &list))
				images += len(list.Images)
				next = list.Links.Pages.Next
				require.True(t, next == "" || strings.HasPrefix(next, p.url+"/v2/images?"), next)
			}
			assert.Equal(t, 60, images)
			assert.Equal(t, 0, p.stop(), &p.log)
		})
	}
}

// fetch sends a GET as send does.
func fetch(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	return send(t, http.MethodGet, address)
}

// send sends a request with the token of the canary, and returns the response, with its body read. It follows no
// redirect, and decompresses nothing.
func send(t *testing.T, method, address string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+canary)
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(body)
}

// Of a body only the links to the target are changed. TARGET and PROXY are host and port of these.
func TestProxyChangesLinksAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ sent, want string }{
		"each link": {
			sent: `{"links":{"pages":{"first":"http://TARGET/v2/images?page=1","last":"http://TARGET/v2/images?page=9"}}}`,
			want: `{"links":{"pages":{"first":"http://PROXY/v2/images?page=1","last":"http://PROXY/v2/images?page=9"}}}`,
		},
		"everything around them": {
			sent: "\n { \"images\" : [ 1.50e0, \"\\u0041\", {\"links\":\"http://TARGET/v2/images\"} ],\t\"links\" : {\"pages\":\r\n{ \"next\" : \"http://TARGET/v2/images?page=2\" }, \"self\":\"http://TARGET/v2/images\"}, \"meta\":{\"total\":60}} \n{}",
			want: "\n { \"images\" : [ 1.50e0, \"\\u0041\", {\"links\":\"http://TARGET/v2/images\"} ],\t\"links\" : {\"pages\":\r\n{ \"next\" : \"http://PROXY/v2/images?page=2\" }, \"self\":\"http://TARGET/v2/images\"}, \"meta\":{\"total\":60}} \n{}",
		},
		"escapes":              {sent: `{"links":{"pages":{"next":"http:\/\/TARGET\/v2\/images?a=1\u0026page=2"}}}`, want: `{"links":{"pages":{"next":"http://PROXY/v2/images?a=1&page=2"}}}`},
		"below a path":         {sent: `{"links":{"pages":{"next":"http://TARGET/do/v2/images?page=2"}}}`, want: `{"links":{"pages":{"next":"http://PROXY/v2/images?page=2"}}}`},
		"another scheme":       {sent: `{"links":{"pages":{"next":"https://TARGET/do/v2/images?page=2"}}}`, want: `{"links":{"pages":{"next":"http://PROXY/v2/images?page=2"}}}`},
		"to the API":           {sent: `{"links":{"pages":{"next":"https://api.digitalocean.com/v2/images?page=2"}}}`, want: `{"links":{"pages":{"next":"http://PROXY/v2/images?page=2"}}}`},
		"actions":              {sent: `{"links":{"pages":{"next":"http://TARGET/v2/images/7/actions?page=2"}}}`, want: `{"links":{"pages":{"next":"http://PROXY/v2/images/7/actions?page=2"}}}`},
		"a duplicate key":      {sent: `{"links":{"pages":{"next":"http://TARGET/v2/images?page=2"}},"links":{"pages":{"next":"http://TARGET/v2/images?page=3"}}}`, want: `{"links":{"pages":{"next":"http://PROXY/v2/images?page=2"}},"links":{"pages":{"next":"http://PROXY/v2/images?page=3"}}}`},
		"to another host":      {sent: `{"links":{"pages":{"next":"http://evil.example/v2/images?page=2"}}}`},
		"to another API":       {sent: `{"links":{"pages":{"next":"http://TARGET/v2/droplets?page=2"}}}`},
		"with credentials":     {sent: `{"links":{"pages":{"next":"http://a@TARGET/v2/images?page=2"}}}`},
		"without a host":       {sent: `{"links":{"pages":{"next":"/v2/images?page=2"}}}`},
		"no text":              {sent: `{"links":{"pages":{"next":null,"last":{"a":"http://TARGET/v2/images"}}}}`},
		"in another place":     {sent: `{"pages":{"next":"http://TARGET/v2/images?page=2"},"links":["http://TARGET/v2/images"]}`},
		"not JSON":             {sent: `<a href="http://TARGET/v2/images?page=2">`},
		"JSON that breaks off": {sent: `{"links":{"pages":{"next":"http://TARGET/v2/images?page=2"}}, `},
		"a list":               {sent: `[{"links":{"pages":{"next":"http://TARGET/v2/images?page=2"}}}]`},
		"nothing":              {sent: ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, strings.ReplaceAll(test.sent, "TARGET", r.Host))
			}))
			t.Cleanup(api.Close)
			p := startProxy(t, "--target", api.URL+"/do")
			_, body := p.get(t, "/v2/images", canary)
			want := test.want
			if want == "" {
				want = test.sent
			}
			hosts := strings.NewReplacer("TARGET", strings.TrimPrefix(api.URL, "http://"), "PROXY", strings.TrimPrefix(p.url, "http://"))
			assert.Equal(t, hosts.Replace(want), body)
		})
	}
}

// A redirect leads to the proxy as well, and so do the links of a header.
func TestProxyChangesLinksOfHeaders(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ header, sent, want string }{
		"a redirect": {
			header: "Location",
			sent:   "http://TARGET/do/v2/images/7",
			want:   "http://PROXY/v2/images/7",
		},
		"a redirect to the API": {
			header: "Location",
			sent:   "https://api.digitalocean.com/v2/images/7",
			want:   "http://PROXY/v2/images/7",
		},
		"a redirect to elsewhere": {
			header: "Location",
			sent:   "https://evil.example/v2/images/7",
			want:   "https://evil.example/v2/images/7",
		},
		"a path": {
			header: "Location",
			sent:   "/v2/images/7",
			want:   "/v2/images/7",
		},
		"links": {
			header: "Link",
			sent:   `<http://TARGET/v2/images?page=2>; rel="next", <https://b.example/>; rel="a"; title="<b>"`,
			want:   `<http://PROXY/v2/images?page=2>; rel="next", <https://b.example/>; rel="a"; title="<b>"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set(test.header, strings.ReplaceAll(test.sent, "TARGET", r.Host))
				w.WriteHeader(http.StatusPermanentRedirect)
			}))
			t.Cleanup(api.Close)
			p := startProxy(t, "--target", api.URL+"/do")
			resp, _ := fetch(t, p.url+"/v2/images/1")
			want := strings.ReplaceAll(test.want, "PROXY", strings.TrimPrefix(p.url, "http://"))
			assert.Equal(t, want, resp.Header.Get(test.header))
		})
	}
}

// A target that compresses whatever it is asked for gets through to a client that knows no compression. A HEAD promises
// nothing of the body that a GET would have.
func TestProxyOfATargetThatCompresses(t *testing.T) {
	t.Parallel()
	const text = `{"image":{"id":"1"}}`
	api := startCompressing(t, []byte(text))
	p := startProxy(t, "--target", api)
	resp, body := fetch(t, p.url+"/v2/images/1")
	assert.Equal(t, text, body)
	assert.Empty(t, resp.Header.Get("Content-Encoding"))
	assert.Equal(t, int64(len(text)), resp.ContentLength)
	resp, _ = send(t, http.MethodHead, p.url+"/v2/images/1")
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Empty(t, resp.Header.Get("Content-Encoding"))
	assert.Empty(t, resp.Header.Get("Content-Length"))
	p.stop()
	assert.Contains(t, p.log.String(), "body /image/id: value must be an integer")

	p = startProxy(t, "--target", startServer(t, "--fault", "*:gzip").url, "--fail-on", "drift")
	resp, body = fetch(t, p.url+"/v2/images?page=2")
	assert.Contains(t, body, p.url+"/v2/images?page=1")
	assert.Equal(t, int64(len(body)), resp.ContentLength)
	assert.Equal(t, 0, p.stop(), &p.log)
}

// A body that only claims to be gzip is passed on as it is, and is not truncated.
func TestProxyOfABrokenCompression(t *testing.T) {
	t.Parallel()
	const broken = "\x1f\x8b whatever"
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = io.WriteString(w, broken)
	}))
	t.Cleanup(api.Close)
	p := startProxy(t, "--target", api.URL)
	resp, body := fetch(t, p.url+"/v2/images/1")
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, broken, body)
	assert.Equal(t, "gzip", resp.Header.Get("Content-Encoding"))
	assert.Equal(t, 1, p.stop())
	assert.Contains(t, p.log.String(), "[unreadable-body]")
	assert.NotContains(t, p.log.String(), "[truncated-body]")
}

// A small body can be a large one when it is decompressed. It is refused, as one is that is as large on the wire.
func TestProxyOfAHugeDecompressedBody(t *testing.T) {
	t.Parallel()
	p := startProxy(t, "--target", startCompressing(t, make([]byte, 33<<20)))
	resp, body := fetch(t, p.url+"/v2/images/1")
	assert.Equal(t, http.StatusBadGateway, resp.StatusCode)
	assert.Contains(t, body[:min(len(body), 100)], "bad_gateway")
	p.stop()
	assert.Contains(t, p.log.String(), "larger than 32 MiB")
	assert.Contains(t, p.log.String(), "[size]")
}

// startCompressing serves a body in gzip, whatever a client asks for.
func startCompressing(t *testing.T, body []byte) (address string) {
	t.Helper()
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	_, err := w.Write(body)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(compressed.Len()))
		_, _ = w.Write(compressed.Bytes()) // of which a HEAD gets nothing
	}))
	t.Cleanup(api.Close)
	return api.URL
}

// What describes the bytes of a body is right for the new one, and stays where there is none.
func TestProxyKeepsHeadersRight(t *testing.T) {
	t.Parallel()
	compress := func(text string) string {
		var compressed bytes.Buffer
		w := brotli.NewWriter(&compressed)
		_, err := io.WriteString(w, text)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		return compressed.String()
	}
	const link = `{"links":{"pages":{"next":"https://api.digitalocean.com/v2/images?page=2"}}}`
	for name, test := range map[string]struct {
		body     string
		encoding string
		etag     string
		status   int
		changed  bool
		wantETag string
	}{
		"a link":                 {body: link, etag: `"a"`, changed: true, wantETag: `W/"a"`},
		"a weak tag":             {body: link, etag: `W/"a"`, changed: true, wantETag: `W/"a"`},
		"a compressed link":      {body: compress(link), encoding: "br", etag: `"a"`, changed: true, wantETag: `W/"a"`},
		"none":                   {body: `{"links":{}}`, etag: `"a"`, wantETag: `"a"`},
		"none, compressed":       {body: compress(`{}`), encoding: "br", etag: `"a"`, wantETag: `"a"`},
		"a part":                 {body: link, status: http.StatusPartialContent, etag: `"a"`, wantETag: `"a"`},
		"an unknown compression": {body: "\xff\xfe", encoding: "rot13", etag: `"a"`, wantETag: `"a"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				header := w.Header()
				header.Set("Content-Type", "application/json")
				header.Set("Content-Length", strconv.Itoa(len(test.body)))
				header.Set("Content-Digest", "sha-256=:a:")
				header.Set("ETag", test.etag)
				if test.encoding != "" {
					header.Set("Content-Encoding", test.encoding)
				}
				w.WriteHeader(max(test.status, http.StatusOK))
				_, _ = io.WriteString(w, test.body)
			}))
			t.Cleanup(api.Close)
			p := startProxy(t, "--target", api.URL)
			resp, body := fetch(t, p.url+"/v2/images")
			assert.Equal(t, int64(len(body)), resp.ContentLength)
			assert.Equal(t, test.wantETag, resp.Header.Get("ETag"))
			if test.changed {
				assert.Contains(t, body, p.url+"/v2/images?page=2")
				assert.Empty(t, resp.Header.Get("Content-Encoding"))
				assert.Empty(t, resp.Header.Get("Content-Digest"))
			} else {
				assert.Equal(t, test.body, body)
				assert.Equal(t, test.encoding, resp.Header.Get("Content-Encoding"))
				assert.Equal(t, "sha-256=:a:", resp.Header.Get("Content-Digest"))
			}
		})
	}
}

// The check has the links as the target sent them. Those that the proxy changes are right, as the runs above show.
func TestProxyChecksLinksAsTheyWere(t *testing.T) {
	t.Parallel()
	base := startGateway(t, fakeapi.WithFaults(fakeapi.Fault{
		Operation: "images_list",
		Do:        fakeapi.NextLink("https://evil.example/v2/images?page=2"),
	}))
	p := startProxy(t, "--target", base)
	p.get(t, "/v2/images", canary)
	assert.Equal(t, 1, p.stop())
	assert.Contains(t, p.log.String(), "/links/pages/next: points to another host")
}
