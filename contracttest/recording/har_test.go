package recording_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/traffic"
)

func entryOf(response string) string {
	return `{"startedDateTime":"2026-01-01T00:00:00Z","time":1500,"request":{"method":"get","url":"https://api.digitalocean.com/v2/images/1","httpVersion":"h2",` +
		`"headers":[{"name":":method","value":"GET"},{"name":"authorization","value":"Bearer dop_v1_secret"}],"postData":{"text":"cGluZw==","encoding":"base64"}},"response":` + response + `}`
}

func archiveOf(entries ...string) string {
	return `{"log":{"version":"1.2","creator":{"name":"a","version":"[{"},"pages":[{"id":"[1]"}],"entries":[` + strings.Join(entries, ",") + `],"comment":"the end"}}`
}

func readHAR(t *testing.T, text string) (exchanges []traffic.Exchange, left int, err error) {
	t.Helper()
	for exchange, failed := range recording.ReadHAR(strings.NewReader(text), "session.har") {
		require.NoError(t, err, "an error other than that of an entry comes last")
		var omitted *recording.OmittedError
		switch {
		case errors.As(failed, &omitted):
			require.Zero(t, exchange)
			left++
		case failed != nil:
			require.Zero(t, exchange)
			err = failed
		default:
			exchanges = append(exchanges, exchange)
		}
	}
	return exchanges, left, err
}

func TestReadHARDialects(t *testing.T) {
	binary := base64.StdEncoding.EncodeToString([]byte(`{"a":"\u0000"}`))
	text := archiveOf(
		entryOf(`{"status":200,"headers":[{"name":"content-type","value":"application/json"},{"name":"set-cookie","value":"a\nb"}],"content":{"size":2,"mimeType":"application/json","text":"{}"}}`),
		entryOf(`{"status":200,"headers":[],"content":{"size":14,"mimeType":"application/json","text":"`+binary+`","encoding":"base64"}}`),
		entryOf(`{"status":0,"statusText":"","headers":[],"content":{"size":0,"mimeType":"x-unknown"},"_error":"net::ERR_ABORTED"}`),
		entryOf(`{"status":200,"headers":[],"content":{"size":100,"mimeType":"application/json","_file":"abc.json"}}`),
		entryOf(`{"status":200,"headers":[],"content":{"size":-1,"mimeType":"application/json"}}`),
		strings.Replace(entryOf(`{"status":200,"headers":[],"content":{"size":2,"text":"{}"}}`), `{`, `{"_fromCache":"disk",`, 1),
		entryOf(`{"status":304,"headers":[],"content":{"size":100,"mimeType":"application/json","text":"{}"}}`),
		entryOf(`{"status":200,"headers":[],"content":{"size":100,"mimeType":"application/json","text":""}}`),
		entryOf(`{"status":204,"headers":[],"content":{"size":-1,"mimeType":""}}`),
		entryOf(`{"status":-1,"headers":[],"content":{"size":-1}}`),
	)
	for _, mark := range []string{"", "\xef\xbb\xbf"} {
		exchanges, left, err := readHAR(t, mark+text)
		require.NoError(t, err)
		assert.Equal(t, 7, left, "without an answer, without its body, or from a cache")
		require.Len(t, exchanges, 3)
		first, second, third := exchanges[0], exchanges[1], exchanges[2]
		assert.Equal(t, "session.har#0", first.Source)
		assert.Equal(t, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), first.Began)
		assert.Equal(t, first.Began.Add(1500*time.Millisecond), first.Ended)
		assert.Equal(t, "GET", first.Method)
		assert.Equal(t, "ping", string(first.RequestBody))
		assert.NotContains(t, first.RequestHeader, ":method")
		assert.Equal(t, "Bearer dop_v1_secret", first.RequestHeader.Get("Authorization"))
		assert.Equal(t, []string{"a", "b"}, first.Header.Values("Set-Cookie"))
		assert.Equal(t, "{}", string(first.Body))
		assert.Equal(t, `{"a":"\u0000"}`, string(second.Body))
		assert.Equal(t, "application/json", second.Header.Get("Content-Type"))
		assert.Equal(t, 204, third.Status)
		assert.Empty(t, third.Body)
	}
}

func TestReadHARRejects(t *testing.T) {
	whole := archiveOf(entryOf(`{"status":200,"headers":[],"content":{"size":2,"text":"{}"}}`))
	for name, text := range map[string]string{
		"nothing":                   "",
		"no object":                 "[]",
		"no log":                    `{"a":{"b":[1,{"c":2}]}}`,
		"no entries":                `{"log":{"version":"1.2"}}`,
		"entries of another type":   `{"log":{"entries":{}}}`,
		"an entry of another type":  archiveOf(`"dop_v1_secret"`),
		"a header of another type":  archiveOf(`{"request":{"method":"GET","url":"https://a/","headers":"dop_v1_secret"},"response":{}}`),
		"a header that is a number": archiveOf(`{"request":{"method":"GET","url":"https://a/","headers":987654321},"response":{}}`),
		"a status beyond an int":    archiveOf(entryOf(`{"status":987654321987654321987,"headers":[]}`)),
		"an entry without request":  archiveOf(`{}`),
		"an entry without a method": archiveOf(`{"request":{"url":"https://a/"},"response":{"status":200}}`),
		"a URL that is none":        archiveOf(`{"request":{"method":"GET","url":"http://[dop_v1_secret"},"response":{"status":200}}`),
		"base64 that is none":       archiveOf(entryOf(`{"status":200,"headers":[],"content":{"size":2,"text":"dop_v1_secret!","encoding":"base64"}}`)),
		"cut in an entry":           whole[:len(whole)/2],
		"cut behind the entry":      whole[:len(whole)-26],
		"something else altogether": "version: 2\ninteractions: []\n",
	} {
		_, _, err := readHAR(t, text)
		if assert.Error(t, err, name) {
			assert.Contains(t, err.Error(), "session.har", name)
			assert.NotContains(t, err.Error(), "dop_v1_", name)
			assert.NotContains(t, err.Error(), "987654321", name)
		}
	}
}

// An archive of any size is read an entry at a time.
func TestReadHARHoldsOneEntry(t *testing.T) {
	entry := entryOf(`{"status":200,"headers":[],"content":{"size":60000,"text":"` + strings.Repeat("x", 60_000) + `"}}`)
	const entries = 500 // 30 MB
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, `{"log":{"entries":[`)
		for i := range entries {
			_, _ = fmt.Fprint(w, map[bool]string{true: "", false: ","}[i == 0], entry)
		}
		_, _ = io.WriteString(w, `]}}`)
		_ = w.Close()
	}()
	n, peak := 0, uint64(0)
	for _, err := range recording.ReadHAR(r, "large.har") {
		require.NoError(t, err)
		if n++; n%100 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
		}
	}
	assert.Equal(t, entries, n)
	assert.Less(t, peak, uint64(20<<20))
}

func FuzzReadHAR(f *testing.F) {
	f.Add(archiveOf(entryOf(`{"status":200,"headers":[],"content":{"size":2,"text":"{}"}}`)))
	f.Add(`{"log":{"entries":[{"request":{"method":"GET","url":"/"},"response":{"status":200}}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		for e, err := range recording.ReadHAR(strings.NewReader(text), "fuzz.har") {
			if err == nil && (e.URL == nil || e.Status <= 0) {
				t.Fatal("an exchange that is none")
			}
		}
	})
}

// Times of a form that nobody knows are none, and keep no archive from being read.
func TestReadHARWithTimesOfAnyForm(t *testing.T) {
	for _, times := range []string{`"startedDateTime":1767225600000,"time":1`, `"startedDateTime":"soon","time":1`, `"startedDateTime":"2026-01-01T00:00:00Z","time":0`,
		`"startedDateTime":"2026-01-01T00:00:00Z","time":-1`, `"startedDateTime":"2026-01-01T00:00:00Z","time":1e300`, `"startedDateTime":"2026-01-01T00:00:00Z","time":"1"`} {
		exchanges, _, err := readHAR(t, archiveOf(`{`+times+`,"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images"},"response":{"status":404,"content":{"text":"{}"}}}`))
		require.NoError(t, err, times)
		require.Len(t, exchanges, 1)
		assert.True(t, exchanges[0].Began.IsZero() && exchanges[0].Ended.IsZero(), times)
	}
}
