package recording_test

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/traffic"
)

const makers = "testdata/makers/"

// apiOnly is a reader for which only one host is of the API.
var apiOnly = recording.Reader{Skips: func(u *url.URL) recording.Reason {
	if u.Host != "api.digitalocean.com" {
		return recording.OtherHost
	}
	return ""
}}

// collect returns what a sequence yields: exchanges, the reasons of omitted entries by their number, and the error that
// ended it.
func collect(
	t *testing.T, sequence func(func(traffic.Exchange, error) bool),
) (exchanges []traffic.Exchange, omitted map[string]recording.Reason, failed error) {
	t.Helper()
	omitted = map[string]recording.Reason{}
	for exchange, err := range sequence {
		require.NoError(t, failed, "an error other than that of an entry comes last")
		var one *recording.OmittedError
		switch {
		case errors.As(err, &one):
			_, number, _ := strings.Cut(one.Source, "#")
			omitted[number] = one.Reason
		case err != nil:
			failed = err
		default:
			exchanges = append(exchanges, exchange)
		}
	}
	return exchanges, omitted, failed
}

// What each maker writes of the same response is read as that.
func TestReadOfEachMaker(t *testing.T) {
	body, err := os.ReadFile(makers + "49e3d39a4882934da074aa120c5648000ddb6ba2.json")
	require.NoError(t, err)
	contract := testkit.Contract(t)
	for file, test := range map[string]struct {
		exchanges int
		omitted   map[string]recording.Reason
		began     bool
		noToken   bool
	}{
		"chrome.har": {
			exchanges: 1,
			omitted: map[string]recording.Reason{
				"1": recording.Cached,
				"2": recording.Cached,
				"3": recording.NoResponse,
				"4": recording.Preflight,
				"5": recording.OtherHost,
			},
			began: true,
		},
		"firefox.har": {
			exchanges: 1,
			omitted:   map[string]recording.Reason{"1": recording.Cached, "2": recording.NoBody},
			began:     true,
		},
		"safari.har": {
			exchanges: 1,
			omitted:   map[string]recording.Reason{"1": recording.Cached, "2": recording.Cached},
			began:     true,
		},
		"mitmproxy.har": {exchanges: 1, began: true},
		"playwright.har": {
			exchanges: 1,
			omitted:   map[string]recording.Reason{"1": recording.Cached, "2": recording.NoBody},
			began:     true,
		},
		"polly.har":    {exchanges: 2, began: true},
		"nomime.har":   {exchanges: 1, began: true, noToken: true},
		"postman.json": {exchanges: 1, omitted: map[string]recording.Reason{"1": recording.NoBody}},
		"govcr1.yaml":  {exchanges: 1},
		"govcr3.yaml":  {exchanges: 1},
		"vcrpy.yaml":   {exchanges: 3, noToken: true},
		"vcrpy.json":   {exchanges: 2, noToken: true},
		"rubyvcr.yaml": {exchanges: 2},
		"rubyvcr.json": {exchanges: 1},
	} {
		t.Run(file, func(t *testing.T) {
			exchanges, omitted, err := collect(t, apiOnly.Read(makers+file))
			require.NoError(t, err)
			assert.Len(t, exchanges, test.exchanges)
			if test.omitted == nil {
				test.omitted = map[string]recording.Reason{}
			}
			assert.Equal(t, test.omitted, omitted)
			for _, e := range exchanges {
				assert.Equal(t, makers+file, e.File)
				assert.Equal(t, "/v2/images/5151", e.URL.Path)
				assert.Equal(t, 200, e.Status)
				assert.Equal(t, test.began, !e.Began.IsZero())
				assert.Equal(t, test.noToken, len(e.Secrets) == 0)
				assert.Equal(t, string(body), string(e.Normalized().Body))
				assert.Empty(t, contract.Check(e))
			}
		})
	}
}

// The duration of a cassette counts from the time in its provenance.
func TestReadTimesOfAProvenance(t *testing.T) {
	folder := t.TempDir()
	text, err := os.ReadFile(makers + "govcr3.yaml")
	require.NoError(t, err)
	file := filepath.Join(folder, "a.cassette.yaml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	provenance := "exchanges:\n- {interaction: 0, began: 2024-05-06T07:08:09Z}\n- {interaction: 7}\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "a.provenance.yaml"), []byte(provenance), 0o600))
	exchanges := testkit.ReadAll(t, file)
	assert.Equal(t, time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC), exchanges[0].Began)
	assert.Equal(t, 91500*time.Microsecond, exchanges[0].Ended.Sub(exchanges[0].Began))
}

// A file of another kind is named for what it is, in one line, whatever its name.
func TestReadNamesOtherKinds(t *testing.T) {
	for what, text := range map[string]string{
		"an empty file":                        " \n",
		"an HTML page":                         "\n<!doctype html><title>Sign in</title>",
		"an XML document":                      `<?xml version="1.0"?><testsuites/>`,
		"a binary file":                        "\x00\x01\x02\x03",
		"a network capture (pcap)":             "\xd4\xc3\xb2\xa1\x02\x00\x04\x00",
		"a network capture (pcapng)":           "\x0a\x0d\x0d\x0a\x1c\x00\x00\x00",
		"a flow dump of mitmproxy":             "3401:9:websocket;0:~8:response;3029:",
		"a betamax cassette":                   `{"http_interactions": [], "recorded_with": "betamax/0.9.0"}`,
		"a recording of nock":                  `[{"scope":"https://a.example","method":"GET","path":"/","status":200,"response":{}}]`,
		"stubs of WireMock":                    `{"mappings":[{"request":{},"response":{}}]}`,
		"the entries of an HTTP Archive":       `[{"startedDateTime":"2026-01-01T00:00:00Z","request":{"url":"/"},"response":{}}]`,
		"expectations of MockServer":           `[{"httpRequest":{"path":"/"},"httpResponse":{}}]`,
		"a contract of Pact":                   `{"consumer":{},"provider":{},"interactions":[]}`,
		"the provenance of a recording":        "kind: reported\ntranscribed: 2026-01-01\nexchanges: []\n",
		"an OpenAPI document":                  "openapi: 3.0.0\npaths: {}\n",
		"an OpenAPI document (Swagger 2.0)":    `{"swagger":"2.0"}`,
		"a baseline":                           "findings: []\n",
		"a report of contract":                 `{"exchanges":1,"findings":[],"coverage":{}}`,
		"a session of Charles":                 `[{"status":"COMPLETE","method":"GET","host":"a.example"}]`,
		"a Postman collection of version 1":    `{"requests":[],"order":[]}`,
		"an empty zip":                         "PK\x05\x06" + strings.Repeat("\x00", 18),
		"neither an HTTP Archive, nor":         "Notes of a meeting.\n",
		"a file compressed with xz":            "\xfd7zXZ\x00\x00\x04",
		"a SQLite database":                    "SQLite format 3\x00\x10\x00",
		"damaged JSON: the file ends too earl": `{"version": 1, "lo`,
		"damaged JSON: at byte 2: not valid J": `{ // a comment`,
		"a SARIF report":                       `{"version":"2.1.0","runs":[]}`,
		"a file compressed with zstd":          "\x28\xb5\x2f\xfd\x04\x00",
		"an OpenAPI Overlay":                   "overlay: 1.0.0\nactions: []\n",
		"a file that is packed more than twi":  string(packed(t, packed(t, packed(t, []byte("{}"))))),
	} {
		t.Run(what, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "session.har")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			exchanges, omitted, err := collect(t, recording.Read(file))
			assert.Empty(t, exchanges)
			assert.Empty(t, omitted)
			var kind *recording.KindError
			require.ErrorAs(t, err, &kind)
			assert.True(t, strings.HasPrefix(kind.What, what), kind.What)
			assert.Equal(t, "session.har", kind.File)
			assert.NotContains(t, err.Error(), "\n")
		})
	}
}

// What cannot be used of one entry costs no other entry.
func TestReadGoesOnAfterAnUnusableEntry(t *testing.T) {
	whole := entryOf(`{"status":404,"content":{"size":2,"text":"{}"}}`)
	api := `"method":"GET","url":"https://api.digitalocean.com/v2/images/dop_v1_secret"`
	for name, test := range map[string]struct {
		entry  string
		reason recording.Reason
	}{
		"a status in quotes":        {entry: entryOf(`{"status":"200","content":{"text":"{}"}}`), reason: recording.Unusable},
		"a status beyond an int":    {entry: entryOf(`{"status":987654321987654321987}`), reason: recording.Unusable},
		"a status of four digits":   {entry: entryOf(`{"status":2000}`), reason: recording.Unusable},
		"null":                      {entry: "null", reason: recording.NoResponse},
		"another type":              {entry: `"dop_v1_secret"`, reason: recording.Unusable},
		"no request":                {entry: `{}`, reason: recording.Unusable},
		"no method":                 {entry: `{"request":{"url":"https://api.digitalocean.com/"},"response":{"status":200}}`, reason: recording.Unusable},
		"no response":               {entry: `{"request":{` + api + `},"response":null}`, reason: recording.NoResponse},
		"headers of another type":   {entry: `{"request":{` + api + `,"headers":"dop_v1_secret"},"response":{}}`, reason: recording.Unusable},
		"a response that is a text": {entry: `{"request":{` + api + `},"response":"dop_v1_secret"}`, reason: recording.Unusable},
		"an unusable URL":           {entry: `{"request":{"method":"GET","url":"https://api.digitalocean.com/%zz/dop_v1_secret"},"response":{}}`, reason: recording.Unusable},
		"an unusable other URL":     {entry: `{"request":{"method":"GET","url":"https://u:p@ads.example/%zz"},"response":7}`, reason: recording.OtherHost},
		"another host":              {entry: `{"request":{"method":7,"url":"https://ads.example/","headers":8},"response":[]}`, reason: recording.OtherHost},
		"a preflight":               {entry: `{"request":{"method":"OPTIONS","url":"https://api.digitalocean.com/"}}`, reason: recording.Preflight},
		"a text that is too long":   {entry: entryOf(`{"status":200,"content":{"size":9,"text":{"type":"longString"}}}`), reason: recording.NoBody},
		"an empty text with a size": {entry: entryOf(`{"status":200,"bodySize":267,"content":{"size":0,"text":""}}`), reason: recording.NoBody},
	} {
		t.Run(name, func(t *testing.T) {
			text := archiveOf(whole, test.entry, whole)
			exchanges, omitted, err := collect(t, apiOnly.ReadStream(strings.NewReader(text), "session.har"))
			require.NoError(t, err)
			assert.Len(t, exchanges, 2)
			assert.Equal(t, map[string]recording.Reason{"1": test.reason}, omitted)
			for _, err := range apiOnly.ReadStream(strings.NewReader(text), "session.har") {
				if err != nil {
					assert.NotContains(t, err.Error(), "secret")
					assert.NotContains(t, err.Error(), "987654321")
				}
			}
		})
	}
}

// Of a truncated archive, the entries before the end are read.
func TestReadUpToTheEndOfATruncatedArchive(t *testing.T) {
	whole := entryOf(`{"status":404,"content":{"size":2,"text":"{}"}}`)
	text := archiveOf(whole, whole, whole)
	exchanges, _, err := collect(t, recording.ReadHAR(strings.NewReader(text[:len(text)-200]), "session.har"))
	assert.Len(t, exchanges, 2)
	assert.ErrorContains(t, err, "session.har: not an HTTP Archive: at byte")
	assert.ErrorContains(t, err, "the file ends too early")
}

// Of several recordings in one file, as cat makes it, the first alone would be read. That is not kept silent.
func TestReadRefusesSeveralInOneFile(t *testing.T) {
	whole := archiveOf(entryOf(`{"status":404,"content":{"size":2,"text":"{}"}}`))
	goVCR := "version: 2\ninteractions:\n- request: {method: GET, url: 'https://api.digitalocean.com/v2/images/1'}\n" +
		"  response: {code: 404, body: '{}'}\n"
	postman := `{"info":{},"item":[]}`
	for name, text := range map[string]string{
		"archives":                      whole + "\n" + whole,
		"an archive and a collection":   whole + postman,
		"collections":                   postman + "\n" + postman,
		"cassettes":                     goVCR + goVCR,
		"cassettes with a line between": goVCR + "---\n" + goVCR,
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "session.har")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			_, _, err := collect(t, recording.Read(file))
			require.ErrorContains(t, err, "another document follows")
			assert.ErrorContains(t, err, "session.har: ")
		})
	}
}

// So it is with text after a cassette or a collection in JSON.
func TestReadRefusesTextAfterADocument(t *testing.T) {
	for after, want := range map[string]string{
		"}":  "not valid JSON",
		"[]": "something follows the document",
	} {
		text := `{"interactions":[]}` + after
		_, _, err := collect(t, recording.Reader{}.ReadStream(strings.NewReader(text), "stdin"))
		require.ErrorContains(t, err, "stdin: not a recording: ")
		assert.ErrorContains(t, err, want)
	}
}

// The maker of a cassette is known though its first entry is of no use.
func TestReadKnowsTheMakerByAnyEntry(t *testing.T) {
	text := "version: 1\ninteractions:\n- null\n" +
		"- request: {method: GET, uri: 'https://api.digitalocean.com/v2/images/1', headers: {}, body: null}\n" +
		"  response: {status: {code: 404}, headers: {}, body: {string: '{}'}}\n"
	exchanges, omitted, err := collect(t, recording.Reader{}.ReadStream(strings.NewReader(text), "stdin"))
	require.NoError(t, err)
	assert.Len(t, exchanges, 1)
	assert.Equal(t, map[string]recording.Reason{"0": recording.Unusable}, omitted)
}

// A few aliases of YAML can stand for a text without end, or for themselves.
func TestReadBoundsAliases(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		last := "*a" + string(rune('a'+i-1))
		if i == 1 {
			last = "*a0"
		}
		name := "a" + string(rune('a'+i))
		bomb += name + ": &" + name + " [" + strings.Repeat(last+", ", 20) + last + "]\n"
	}
	for name, text := range map[string]string{
		"a bomb":   bomb + "interactions: []\n",
		"a circle": "interactions: &a\n- request: *a\n",
		"a depth":  "interactions: " + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000) + "\n",
		"as JSON":  `{"interactions":` + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000) + "}",
	} {
		file := filepath.Join(t.TempDir(), "a.cassette.yaml")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		exchanges, omitted, err := collect(t, recording.Read(file))
		assert.Empty(t, exchanges, name)
		assert.Empty(t, omitted, name)
		assert.ErrorContains(t, err, "a.cassette.yaml: not a recording: ", name)
	}
}
