package recording_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
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
		assert.Equal(t, 7, left, "without a response, without its body, or from a cache")
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

// A tool that writes a body again keeps the length that was sent. A body that was truncated is still to be found.
func TestReadHARWithBodiesThatAreWrittenAgain(t *testing.T) {
	for name, test := range map[string]struct {
		size  int
		text  string
		found bool
	}{
		"the size fits":           {size: 10, text: `{"a":"ü"}`},
		"in characters":           {size: 9, text: `{"a":"ü"}`},
		"in UTF-16 units":         {size: 10, text: `{"a":"😀"}`},
		"the size does not fit":   {size: 99, text: `{"a":"ü"}`, found: true},
		"the size is not known":   {size: -1, text: `{"a":"ü"}`, found: true},
		"the text is truncated":   {size: 7, text: `{"a":"b`, found: true},
		"the text is another one": {size: 4, text: `page`, found: true},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(test.text)
			require.NoError(t, err)
			exchanges, _, err := readHAR(t, archiveOf(entryOf(fmt.Sprintf(`{"status":200,"headers":[`+
				`{"name":"content-length","value":"99"},{"name":"content-type","value":"application/json"}],`+
				`"content":{"size":%d,"mimeType":"application/json","text":%s}}`, test.size, text))))
			require.NoError(t, err)
			require.Len(t, exchanges, 1)
			isFound := false
			for _, finding := range testkit.Contract(t).Check(exchanges[0]) {
				isFound = isFound || finding.Check == "truncated-body"
			}
			assert.Equal(t, test.found, isFound)
		})
	}
}

// What tools write and the API has no part in keeps no archive from being read.
func TestReadHARTolerates(t *testing.T) {
	const response = `"response":{"status":404,"content":{"text":"{}"}}`
	for name, entry := range map[string]string{
		"unknown fields":         `{"a":{"b":[1e999]},"request":{"method":"GET","url":"/v2/images","c":null},` + response + `}`,
		"null":                   `{"request":{"method":"GET","url":"/v2/images","headers":null,"postData":null},"_fromCache":null,` + response + `}`,
		"no cache":               `{"request":{"method":"GET","url":"/v2/images"},"_fromCache":false,` + response + `}`,
		"marks of other tools":   `{"request":{"method":"GET","url":"/v2/images"},"_servedFromServiceWorker":true,` + response + `}`,
		"duplicate names":        `{"request":{"method":"PUT","url":"/"},"request":{"method":"PUT","method":"GET","url":"/v2/images"},` + response + `}`,
		"invalid UTF-8":          "{\"comment\":\"\xff\",\"request\":{\"method\":\"GET\",\"url\":\"/v2/images\"}," + response + "}",
		"an unpaired escape":     `{"comment":"\ud800","request":{"method":"GET","url":"/v2/images"},` + response + `}`,
		"names of other cases":   `{"REQUEST":{"method":"PUT"},"request":{"Method":"PUT","method":"GET","url":"/v2/images"},` + response + `}`,
		"sizes as texts":         `{"request":{"method":"GET","url":"/v2/images","bodySize":"2"},"response":{"status":404,"bodySize":"2","content":{"size":"2","text":"{}"}}}`,
		"a null header":          `{"request":{"method":"GET","url":"/v2/images","headers":[null]},"response":{"status":404,"headers":[null,{"name":"a","value":null}],"content":{"text":"{}"}}}`,
		"a header as a number":   `{"request":{"method":"GET","url":"/v2/images"},"response":{"status":404,"headers":[{"name":"ratelimit-limit","value":5000}],"content":{"text":"{}"}}}`,
		"a status with a point":  `{"request":{"method":"GET","url":"/v2/images"},"response":{"status":404.0,"content":{"text":"{}"}}}`,
		"Base64 without padding": `{"request":{"method":"GET","url":"/v2/images"},"response":{"status":404,"content":{"text":"e30","encoding":"base64"}}}`,
		"Base64 with line ends":  `{"request":{"method":"GET","url":"/v2/images"},"response":{"status":404,"content":{"text":"e3\r\n0=","encoding":"base64"}}}`,
		"Base64 that is none":    `{"request":{"method":"GET","url":"/v2/images"},"response":{"status":404,"content":{"text":"{}","encoding":"base64"}}}`,
		"another case of Base64": `{"request":{"method":"GET","url":"/v2/images"},"response":{"status":404,"content":{"text":"e30=","encoding":"Base64"}}}`,
	} {
		exchanges, left, err := readHAR(t, archiveOf(entry))
		require.NoError(t, err, name)
		assert.Zero(t, left, name)
		require.Len(t, exchanges, 1, name)
		assert.Equal(t, "GET /v2/images", exchanges[0].Method+" "+exchanges[0].URL.Path, name)
		assert.Equal(t, "{}", string(exchanges[0].Body), name)
	}
}

func TestReadHARSaysWhyAnEntryIsOmitted(t *testing.T) {
	for entry, want := range map[string]string{
		entryOf(`{"status":0}`):                        "session.har#1: omitted: no response",
		entryOf(`{"status":304}`):                      "session.har#1: omitted: cached",
		entryOf(`{"status":200,"content":{"size":9}}`): "session.har#1: omitted: body not recorded",
	} {
		whole := entryOf(`{"status":404,"content":{"size":2,"text":"{}"}}`)
		var yielded []string
		for exchange, err := range recording.ReadHAR(strings.NewReader(archiveOf(whole, entry, whole)), "session.har") {
			if err != nil {
				yielded = append(yielded, err.Error())
				continue
			}
			yielded = append(yielded, exchange.Source)
		}
		assert.Equal(t, []string{"session.har#0", want, "session.har#2"}, yielded)
	}
}

// A caller may stop, and begin again.
func TestReadAgain(t *testing.T) {
	archive := filepath.Join(t.TempDir(), "session.har")
	entry := entryOf(`{"status":404,"content":{"size":2,"text":"{}"}}`)
	require.NoError(t, os.WriteFile(archive, []byte(archiveOf(entry, entry)), 0o600))
	for _, file := range []string{archive, testkit.Recording("images_get")} {
		sequence := recording.Read(file)
		for range 2 {
			for exchange, err := range sequence {
				require.NoError(t, err)
				assert.Equal(t, filepath.Base(file)+"#0", exchange.Source)
				assert.Equal(t, file, exchange.File)
				break
			}
		}
	}
}

func TestReadHARRejects(t *testing.T) {
	whole := archiveOf(entryOf(`{"status":200,"headers":[],"content":{"size":2,"text":"{}"}}`))
	for name, text := range map[string]string{
		"nothing":                   "",
		"not an object":             "[]",
		"no log":                    `{"a":{"b":[1,{"c":2}]}}`,
		"no entries":                `{"log":{"version":"1.2"}}`,
		"entries of another type":   `{"log":{"entries":{}}}`,
		"truncated in an entry":     whole[:len(whole)/2],
		"truncated before it ends":  whole[:len(whole)-26],
		"truncated after it":        whole[:strings.Index(whole, `],"comment"`)],
		"no comma":                  archiveOf(entryOf(`{"status":0} `) + entryOf(`{"status":0}`)),
		"a name in the way":         `{"dop_v1_secret":[,],"log":{"entries":[]}}`,
		"a name in an entry":        archiveOf(`{"dop_v1_secret":{"dop_v1_secret":tru}}`),
		"a value without a name":    `{"log":{7}}`,
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

// What follows an archive is said once all its entries are read. White space is nothing.
func TestReadHARWithSomethingAfterItsEnd(t *testing.T) {
	whole := archiveOf(entryOf(`{"status":404,"content":{"size":2,"text":"{}"}}`))
	for after, want := range map[string]string{
		"":             "",
		" \r\n\t":      "",
		"x":            "not valid JSON",
		"}":            "not valid JSON",
		"\x00\x00":     "not valid JSON",
		`"a"`:          "something follows the document",
		"[]":           "something follows the document",
		`{"log":`:      "another document follows",
		` {"a": "b"} `: "another document follows",
	} {
		exchanges, left, err := readHAR(t, whole+after)
		assert.Len(t, exchanges, 1, "%q", after)
		assert.Zero(t, left, "%q", after)
		if want == "" {
			assert.NoError(t, err, "%q", after)
			continue
		}
		assert.ErrorContains(t, err, "session.har: not an HTTP Archive: at byte ", "%q", after)
		assert.ErrorContains(t, err, want, "%q", after)
	}
}

// An archive of any size is read an entry at a time. With LONG=1 it has 120 MB.
func TestReadHARHoldsOneEntry(t *testing.T) {
	entry := entryOf(`{"status":200,"headers":[],"content":{"size":60000,"text":"` + strings.Repeat("x", 60_000) + `"}}`)
	entries := 500 // 30 MB
	if os.Getenv("LONG") != "" {
		entries = 2_000
	}
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, `{"log":{"entries":[`)
		for i := range entries {
			_, _ = fmt.Fprint(w, map[bool]string{true: "", false: ","}[i == 0], entry)
		}
		_, _ = io.WriteString(w, `]}}`)
		_ = w.Close()
	}()
	n, before, peak := 0, heapInUse(), uint64(0)
	for _, err := range recording.ReadHAR(r, "large.har") {
		require.NoError(t, err)
		if n++; n%100 == 0 {
			peak = max(peak, heapInUse())
		}
	}
	assert.Equal(t, entries, n)
	assert.Less(t, peak, before+20<<20)
}

// heapInUse returns how many bytes of the heap are in use.
func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func FuzzReadHAR(f *testing.F) {
	f.Add(archiveOf(entryOf(`{"status":200,"headers":[],"content":{"size":2,"text":"{}"}}`)))
	f.Add(`{"log":{"entries":[{"request":{"method":"GET","url":"/"},"response":{"status":200}}]}}`)
	f.Add(`{"log":{"creator":{"name":"Firefox"},"entries":[null,{"cache":{"afterRequest":null}},{"request":{"method":"OPTIONS","url":"/"}}]}}`)
	f.Add(archiveOf(entryOf(`{"status":200,"content":{"encoding":"base64","text":"[\"eyJh\",\"Ijox\",\"fQ==\"]"}}`)))
	f.Add(archiveOf(entryOf(`{"status":"200","content":{"_file":"../a.json"}}`)))
	f.Fuzz(func(t *testing.T, text string) {
		for e, err := range recording.ReadHAR(strings.NewReader(text), "fuzz.har") {
			if err == nil && (e.URL == nil || e.Status <= 0) {
				t.Fatal("an exchange that is none")
			}
		}
	})
}

// Times of an unknown form count as none, and keep no archive from being read.
func TestReadHARWithTimesOfAnyForm(t *testing.T) {
	for _, times := range []string{`"startedDateTime":1767225600000,"time":1`, `"startedDateTime":"soon","time":1`, `"startedDateTime":"2026-01-01T00:00:00Z","time":0`,
		`"startedDateTime":"2026-01-01T00:00:00Z","time":-1`, `"startedDateTime":"2026-01-01T00:00:00Z","time":1e300`, `"startedDateTime":"2026-01-01T00:00:00Z","time":"1"`} {
		exchanges, _, err := readHAR(t, archiveOf(`{`+times+`,"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images"},"response":{"status":404,"content":{"text":"{}"}}}`))
		require.NoError(t, err, times)
		require.Len(t, exchanges, 1)
		assert.True(t, exchanges[0].Began.IsZero() && exchanges[0].Ended.IsZero(), times)
	}
}

// A text that nobody needs, and white space, are refused where they would take all memory. What comes before is read. An
// entry of many texts is left out.
func TestHARWithLargeTexts(t *testing.T) {
	response := `{"status":200,"headers":[],"content":{"size":2,"mimeType":"application/json","text":"{}"}}`
	whole, large := entryOf(response), strings.Repeat("a", 45<<20)
	for name, test := range map[string]struct {
		text         func() string // made one after the other: together they would take 300 MB
		read, left   int
		wantTooLarge bool
	}{
		"a field before the entries": {
			text: func() string {
				return strings.Replace(archiveOf(whole), `"pages":`, `"comment":"`+large+`","pages":`, 1)
			},
			wantTooLarge: true,
		},
		"white space": {
			text:         func() string { return archiveOf(whole, strings.Repeat(" ", 45<<20)+whole) },
			read:         1,
			wantTooLarge: true,
		},
		"a field of an entry": {
			text: func() string {
				return archiveOf(whole, strings.Replace(whole, `{`, `{"_x":"`+large+`",`, 1), whole)
			},
			read:         1,
			wantTooLarge: true,
		},
		"an entry": {
			text: func() string {
				entry := strings.Replace(whole, `{`, `{"_x":"`+large[:33<<20]+`","_y":"`+large[:33<<20]+`",`, 1)
				return archiveOf(whole, entry, whole)
			},
			read: 2,
			left: 1,
		},
		"a text that is as large as one may be": {
			text: func() string {
				return archiveOf(whole, strings.Replace(whole, `{`, `{"_x":"`+large[:43<<20]+`",`, 1), whole)
			},
			read: 3,
		},
	} {
		t.Run(name, func(t *testing.T) {
			exchanges, left, err := readHAR(t, test.text())
			assert.Len(t, exchanges, test.read)
			assert.Equal(t, test.left, left)
			if test.wantTooLarge {
				assert.ErrorContains(t, err, "a text is larger than 44 MiB")
			} else {
				assert.NoError(t, err)
			}
		})
	}
}
