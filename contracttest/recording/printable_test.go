package recording_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
)

// hostile has what no terminal and no log should be given: lines of its own, colours, and what hides or turns a text.
const hostile = "a\n::error::b\r\x1b[31mc\u0085d\u007fe\u202ef\u2066g\u200eh\u061ci\u200bj\u2028k\u2029l\ufeffm"

// assertPrints fails if a text has what does not print.
func assertPrints(t *testing.T, text string) {
	t.Helper()
	at := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) })
	assert.Negative(t, at, "%q", text)
}

// A name may be one that somebody else gave to a file.
func TestErrorsPrint(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, strings.ReplaceAll(hostile, "/", "")+".cassette.yaml")
	require.NoError(t, os.WriteFile(strings.Replace(broken, "cassette", "provenance", 1), []byte("kind: ["), 0o600))
	readProvenance := func(file string) error {
		_, err := recording.ReadProvenance(file)
		return err
	}
	newRecorder := func(file string) error {
		_, err := recording.NewRecorder(nil, file)
		return err
	}
	for name, err := range map[string]error{
		"another extension":    newRecorder(hostile),
		"no folder":            newRecorder(filepath.Join(broken, "\x00", "a.cassette.yaml")),
		"no provenance":        readProvenance(filepath.Join(dir, hostile+"x")),
		"an unusable one":      readProvenance(broken),
		"a folder that is one": newRecorder(filepath.Join(strings.Replace(broken, "cassette", "provenance", 1), "a.cassette.yaml")),
	} {
		t.Run(name, func(t *testing.T) {
			require.Error(t, err)
			assertPrints(t, err.Error())
		})
	}
	assert.ErrorIs(t, readProvenance(filepath.Join(dir, hostile+"x")), os.ErrNotExist)
}

// record returns the exchange that a recorder keeps of a request and its response, and both files.
func record(t *testing.T, req *http.Request, header http.Header, body string) (files []string, exchange trafficExchange) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	recorder, err := recording.NewRecorder(testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			_, _ = io.Copy(io.Discard, req.Body)
		}
		return &http.Response{StatusCode: 404, Proto: "HTTP/1.1", Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	}), file)
	require.NoError(t, err)
	_, err = recorder.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, recorder.Close())
	for _, name := range []string{file, strings.Replace(file, "cassette", "provenance", 1)} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		files = append(files, string(text))
	}
	got := testkit.ReadAll(t, file)[0]
	return files, trafficExchange{url: got.URL.String(), header: got.Header, sent: string(got.RequestBody), body: string(got.Body)}
}

// trafficExchange is what the tests look at of an exchange.
type trafficExchange struct {
	url        string
	header     http.Header
	sent, body string
}

// What was sent is recorded as it was, but a recording can be shown on a terminal.
func TestRecordingsPrint(t *testing.T) {
	const sent = `{"name":"` + hostile + `"}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://b/v2/images?a="+url.QueryEscape(hostile), strings.NewReader(sent))
	require.NoError(t, err)
	req.Method, req.URL.Host = "GET"+hostile, "b\u202e.example"
	files, got := record(t, req, http.Header{"X-Request-Id": {hostile}, hostile: {hostile}}, sent)
	for _, text := range files {
		for _, line := range strings.Split(text, "\n") {
			assertPrints(t, line)
			assert.False(t, strings.HasPrefix(strings.TrimSpace(line), "::error"), line)
		}
	}
	assert.Equal(t, sent, got.sent)
	assert.Equal(t, sent, got.body)
	assert.Equal(t, hostile, got.header.Get("X-Request-Id"))
}

// Whatever a server makes of a token on its way back, it is not recorded.
func TestRecorderKeepsNoTokenInAnySpelling(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	spellings := []string{"%c", "%%%02x", "%%25%02X", `\u%04x`, `\\u%04x`}
	for range 100 {
		var token, spelled strings.Builder
		for range 12 {
			c := 'a' + rune(rng.IntN(26))
			token.WriteRune(c)
			fmt.Fprintf(&spelled, spellings[rng.IntN(len(spellings))], c)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://b/v2/images", nil)
		require.NoError(t, err)
		req.URL.RawQuery = "a=" + spelled.String()
		req.Header.Set("Authorization", "Bearer "+token.String())
		files, got := record(t, req, http.Header{"X-Request-Id": {spelled.String()}}, `{"message":"`+spelled.String()+`"}`)
		assert.Equal(t, `{"message":"[redacted-1]"}`, got.body)
		assert.Equal(t, "[redacted-1]", got.header.Get("X-Request-Id"))
		assert.NotContains(t, strings.Join(files, ""), spelled.String())
	}
}

// Credentials and addresses reach no recording, wherever they are.
func TestRecorderKeepsNoCredentials(t *testing.T) {
	for name, test := range map[string]struct {
		url  string
		auth string
		sent string
		body string
	}{
		"of the URL":                 {url: "https://sesame-user:sesame-pass@b/v2/images", body: "sesame-user sesame-pass c2VzYW1lLXVzZXI6c2VzYW1lLXBhc3M="},
		"Basic":                      {url: "https://b/v2/images", auth: "Basic c2VzYW1lLXVzZXI6c2VzYW1lLXBhc3M=", body: `sesame\u002dpass sesame%2Duser`},
		"of a link":                  {url: "https://b/v2/images", body: `{"next":"https:\/\/sesame:ses%40me@b\/v2\/images"}`},
		"of a link in a query":       {url: "https://b/v2/images?next=https%3A%2F%2Fsesame%3Asesame%40b%2F", body: "{}"},
		"of an import":               {url: "https://b/v2/images", sent: `{"\u0075rl":"https://sesame:sesame@b/a?sesame#sesame"}`, body: "{}"},
		"an address in a query":      {url: "https://b/v2/images?a=sesame%2Bme%40mail.example&b=sesame%252Bme%2540mail.example", body: "{}"},
		"an address with a plus":     {url: "https://b/v2/images?a=sesame+me%40mail.example", body: `"sesame+me@mail.example"`},
		"a token in the host":        {url: "https://dop_v1_sesame.example/v2/images", body: "{}"},
		"an address in the fragment": {url: "https://b/v2/images#sesame%40mail.example", body: "{}"},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, test.url, strings.NewReader(test.sent))
			require.NoError(t, err)
			if test.auth != "" {
				req.Header.Set("Authorization", test.auth)
			}
			files, _ := record(t, req, http.Header{}, test.body)
			for _, text := range files {
				assert.NotContains(t, text, "sesame")
				assert.NotContains(t, text, "c2VzYW1l")
			}
		})
	}
}

// A provenance that is beside a cassette may be anybody's.
func TestProvenancePrints(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.provenance.yaml")
	written, err := yaml.Marshal(recording.Provenance{
		Kind:         hostile,
		Operation:    hostile,
		Document:     hostile,
		Revision:     hostile,
		DocumentDate: hostile,
		Transcribed:  hostile,
		Note:         hostile,
		Exchanges:    []recording.ExchangeOrigin{{Source: hostile}},
	})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, written, 0o600))
	provenance, err := recording.ReadProvenance(strings.Replace(file, "provenance", "cassette", 1))
	require.NoError(t, err)
	assert.Contains(t, provenance.Kind, "::error::")
	assertPrints(t, fmt.Sprintf("%+v", provenance))
}
