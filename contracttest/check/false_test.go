package check_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// severeChecksOf returns each check with its severity and the pointer of what it found.
func severeChecksOf(findings []check.Finding) (all []string) {
	for _, finding := range findings {
		all = append(all, strings.TrimSpace(string(finding.Severity)+" "+finding.Check+" "+finding.Pointer))
	}
	return all
}

// What a client sends, and the API takes, misleads no typed client.
func TestRequestsThatMisleadNoClient(t *testing.T) {
	listed := listOf(1, "", testkit.Image(1))
	created := `{"image":` + newImage + `}`
	for name, test := range map[string]struct {
		step step
		want []string
	}{
		"a body on a GET": {
			step: respond(`GET /v2/images null`, 200, listed),
			want: []string{"note request"},
		},
		"a body on a DELETE": {
			step: respond(`DELETE /v2/images/1 {}`, 204, ""),
			want: []string{"note request"},
		},
		"an unknown distribution": {
			step: respond(`POST /v2/images {"name":"a","url":"https://b/c","region":"nyc3","distribution":"Haiku"}`, 202, created),
			want: []string{"note unknown-enum-value /distribution"},
		},
		"an unknown region": {
			step: respond(`POST /v2/images {"name":"a","url":"https://b/c","region":"mars1"}`, 202, created),
			want: []string{"drift unknown-enum-value /region"},
		},
		"an explicit null": {
			step: respond(`POST /v2/images {"name":"a","url":"https://b/c","region":"nyc3","description":null}`, 202, created),
			want: []string{"drift null /description"},
		},
		"an unknown parameter": {
			step: respond(`GET /v2/images?sort=name`, 200, listed),
			want: []string{"drift undocumented-parameter"},
		},
		"a field of another type": {
			step: respond(`POST /v2/images {"name":1,"url":"https://b/c","region":"nyc3"}`, 202, created),
			want: []string{"breaking wrong-type /name"},
		},
		"an unknown type of action": {
			step: respond(`POST /v2/images/1/actions {"type":"resize"}`, 201, actionOf("in-progress")),
			want: []string{"drift unknown-enum-value /type"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			found := testkit.Contract(t).Check(exchangeOf(t, test.step, 10, 1_530_000_000))
			assert.Equal(t, test.want, severeChecksOf(found), "%v", found)
		})
	}
}

// A finding about the field that names a branch says what the field may be.
func TestDiscriminatorsAreExpected(t *testing.T) {
	for _, sent := range []string{`{}`, `{"type":"resize"}`, `{"type":null}`, `{"type":7}`} {
		action := respond(`POST /v2/images/1/actions `+sent, 201, actionOf("in-progress"))
		found := testkit.Contract(t).Check(exchangeOf(t, action, 10, 100))
		require.Len(t, found, 1, "%v", found)
		assert.Equal(t, "/type", found[0].Pointer, sent)
		assert.Equal(t, "one of convert, transfer", found[0].Expected, sent)
	}
}

// Whoever asks whether a body is still the same has that body.
func TestNotModifiedIsNoRedirect(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*traffic.Exchange)
		want   string
	}{
		"an etag":                  {change: sending("If-None-Match", `"a"`), want: "note undocumented-status"},
		"a date":                   {change: sending("If-Modified-Since", "a"), want: "note undocumented-status"},
		"headers that were taken":  {change: func(e *traffic.Exchange) { e.Redacted = true }, want: "note undocumented-status"},
		"what nobody has asked of": {change: sending("Accept", "*/*"), want: "breaking undocumented-status"},
	} {
		exchange := exchangeOf(t, respond("GET /v2/images/1", 304, ""), 10, 100)
		exchange.Redacted = false
		test.change(&exchange)
		assert.Equal(t, []string{test.want}, severeChecksOf(testkit.Contract(t).Check(exchange)), name)
	}
}

func sending(name, value string) func(*traffic.Exchange) {
	return func(e *traffic.Exchange) { e.RequestHeader.Set(name, value) }
}

// Only what looks like a header of the contract is judged.
func TestHeadersOfOthersAreNotJudged(t *testing.T) {
	for header, found := range map[string]bool{
		"Access-Control-Allow-Methods": false,
		"Content-Language":             false,
		"Cross-Origin-Opener-Policy":   false,
		"Cf-Mitigated":                 false,
		"Digest":                       false,
		"Permissions-Policy":           false,
		"Proxy-Status":                 false,
		"Ratelimit":                    false,
		"Tracestate":                   false,
		"X-Amzn-Trace-Id":              false,
		"X-Ratelimit-Limit":            false,
		"X-Retry-After":                false,
		"Ratelimit-Policy":             true,
		"Ratelimit-Limi":               true,
		"Ratelimits-Reset":             true,
		"Ratelimit_reset":              true,
		"Retry-After":                  true,
		"Retry-Afters":                 true,
		"Etry-After":                   true,
		"Retri-After":                  true,
	} {
		exchange := exchangeOf(t, readImage(testkit.Image(1)), 10, 100)
		exchange.Header[header] = []string{"1"}
		want := []string(nil)
		if found {
			want = []string{"drift undocumented-header"}
		}
		assert.Equal(t, want, severeChecksOf(testkit.Contract(t).Check(exchange)), header)
	}
}

// A path in another form is that of the contract, and its body is checked.
func TestPathsInAnotherForm(t *testing.T) {
	const note = "note request-path"
	image, page := readImage(testkit.Image(1)), listPage(1, 3, 1, 2)
	at := func(s step, path string) step {
		_, query, _ := strings.Cut(s.request, "?")
		s.request = "GET " + path + "?" + query
		return s
	}
	for name, test := range map[string]struct {
		step step
		want []string
	}{
		"as it is written":      {step: at(page, "/v2/images")},
		"a slash at the end":    {step: at(page, "/v2/images/"), want: []string{note}},
		"slashes":               {step: at(page, "//v2///images//"), want: []string{note}},
		"a letter":              {step: at(image, "/v2/%69mages/1"), want: []string{note}},
		"a digit":               {step: at(image, "/v2/images/%31"), want: []string{note}},
		"another image":         {step: at(image, "/v2/%69mages/2"), want: []string{note, "breaking wrong-resource /image/id"}},
		"a broken body":         {step: at(page.with(`"images":[`, `"images":{`), "/v2/images/"), want: []string{note, "breaking malformed-json"}},
		"another path":          {step: at(image, "/v2//imagos/"), want: []string{"breaking undocumented-operation"}},
		"links with the slash":  {step: at(page.with("images?page=2", "images/?page=2"), "/v2/images/"), want: []string{note}},
		"another list's link":   {step: at(page.with("images?page=2", "droplets?page=2"), "/v2/images/"), want: []string{note, "breaking page-links /links/pages/next"}},
		"a list that was not":   {step: respond("GET /v2/images/", 404, `{"id":"not_found","message":"m"}`), want: []string{"note undocumented-operation"}},
		"an image that was not": {step: respond("GET /v2/images/1/", 404, `{"id":"not_found","message":"m"}`), want: []string{note}},
	} {
		t.Run(name, func(t *testing.T) {
			exchange := exchangeOf(t, test.step, 10, 100)
			path := exchange.URL.EscapedPath()
			found := testkit.Contract(t).Check(exchange)
			assert.Equal(t, test.want, severeChecksOf(found), "%v", found)
			assert.Equal(t, path, exchange.URL.EscapedPath(), "the exchange stays as it was")
		})
	}
	result := testkit.Contract(t).Examine(exchangeOf(t, at(image, "/v2//images/1"), 10, 100))
	assert.Equal(t, "images_get", result.Operation)
	assert.Equal(t, "/v2/images/1", result.Exchange.URL.Path)
}

// A body is judged as it was before it was compressed.
func TestCompressedBodies(t *testing.T) {
	for coding, open := range map[string]func(io.Writer) io.WriteCloser{
		"br":      func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
		"deflate": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser {
			encoder, _ := zstd.NewWriter(w)
			return encoder
		},
	} {
		for kind, want := range map[string][]string{"snapshot": nil, "fruit": {"drift unknown-enum-value /image/type"}} {
			exchange := exchangeOf(t, readImage(testkit.ImageOf(1, kind, "available", made)), 10, 100)
			var text bytes.Buffer
			w := open(&text)
			_, err := w.Write(exchange.Body)
			require.NoError(t, err)
			require.NoError(t, w.Close())
			exchange.Body = text.Bytes()
			exchange.Header["content-encoding"] = []string{coding}
			assert.Equal(t, want, severeChecksOf(testkit.Contract(t).Check(exchange)), coding)

			exchange.Body = exchange.Body[:len(exchange.Body)/2]
			assert.Equal(t, []string{"breaking unreadable-body"}, severeChecksOf(testkit.Contract(t).Check(exchange)), "truncated")
			exchange.File = "session.har"
			assert.Equal(t, []string{"note unreadable-body"}, severeChecksOf(testkit.Contract(t).Check(exchange)), "in a recording")
		}
	}
}

// What a server sends on a 304 or a redirect leads a client elsewhere, or does not.
func TestOtherStatusesOf3xxAreRedirects(t *testing.T) {
	for _, status := range []int{http.StatusMovedPermanently, http.StatusTemporaryRedirect} {
		found := testkit.Contract(t).Check(exchangeOf(t, respond("GET /v2/images/1", status, ""), 10, 100))
		assert.Equal(t, []string{"breaking redirect"}, severeChecksOf(found))
	}
}
