package recording_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

const canary = "dop_v1_canary0123456789"

func TestRecorderKeepsNoSecrets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	// A server that repeats the token and knows an address, and a token of another form.
	fake := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		body := `{"id":"not_found","message":"no image for hunter2secret or HUNTER2SECRET, dop_v1_other, bob@example.org"}`
		return &http.Response{StatusCode: 404, Status: "404 Not Found", Proto: "HTTP/1.1", Body: io.NopCloser(strings.NewReader(body)), Request: req,
			Header: http.Header{"Content-Type": {"application/json"}, "Set-Cookie": {"session=" + canary}, "X-Account": {"bob@example.org"}, "Ratelimit-Limit": {"5000"}}}, nil
	})
	recorder, err := recording.NewRecorder(fake, file)
	require.NoError(t, err)
	client, err := wrapper.NewClient("hunter2secret", wrapper.WithHTTPClient(&http.Client{Transport: recorder}), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
	require.NoError(t, err)
	_, err = client.Get(t.Context(), 42)
	require.ErrorIs(t, err, wrapper.ErrNotFound)
	assert.ErrorContains(t, err, "bob@example.org", "the caller gets what the server sent")
	_, err = client.CreateAccountTransfer(t.Context(), 42, wrapper.Recipient{Email: "alice@example.com"})
	require.Error(t, err)
	require.NoError(t, recorder.Close())

	for _, name := range []string{file, strings.Replace(file, "cassette", "provenance", 1)} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, secret := range []string{"hunter2", "canary", "dop_v1", "bob@", "alice@", "cookie", "x-account"} {
			assert.NotContains(t, strings.ToLower(string(text)), secret, name)
		}
	}
	exchanges := testkit.ReadAll(t, file)
	require.Len(t, exchanges, 2)
	assert.Equal(t, "Bearer [redacted-1]", exchanges[0].RequestHeader.Get("Authorization"))
	assert.Equal(t, "5000", exchanges[0].Header.Get("Ratelimit-Limit"))
	assert.Contains(t, string(exchanges[1].RequestBody), "someone@example.com")
	for _, exchange := range exchanges {
		assert.Empty(t, testkit.Contract(t).Check(exchange), "what was taken out is missed by no check")
	}
}

// A token of a letter or two is part of any text, which would not be what was recorded any more.
func TestRecorderLeavesTheTextAsItWas(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	const body = `{"created_at":"2020-01-01T00:00:00Z"}`
	recorder, err := recording.NewRecorder(testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	}), file)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.digitalocean.com/v2/images/1", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer T")
	_, err = recorder.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, recorder.Close())
	exchanges := testkit.ReadAll(t, file)
	assert.Equal(t, body, string(exchanges[0].Body))
}

// The address that an image is imported from can be signed, and whoever has the signature may read the file.
func TestRecorderKeepsNoSignatures(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	recorder, err := recording.NewRecorder(fakeapi.New(fakeapi.WithSignedURLs()), file)
	require.NoError(t, err)
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: recorder}))
	require.NoError(t, err)
	for _, address := range []string{"https://bucket.example/a.img?X-Amz-Signature=sesame&x=%22\"y/z", "https://bucket.example/b.img", "https://bob:sesame!@bucket.example/c.img", "https://bucket.example/d.img#sesame"} {
		_, err = client.Create(t.Context(), gen.ImageCreate{Name: "a", URL: address, Region: "nyc3"})
		require.NoError(t, err)
	}
	require.NoError(t, recorder.Close())
	exchanges := testkit.ReadAll(t, file)
	assert.Contains(t, string(exchanges[0].RequestBody), `"url":"https://bucket.example/a.img?[redacted-2]"`)
	assert.Contains(t, string(exchanges[1].RequestBody), `"url":"https://bucket.example/b.img"`)
	for _, exchange := range exchanges {
		assert.NotContains(t, string(exchange.RequestBody), "sesame")
		assert.Empty(t, testkit.Contract(t).Check(exchange))
	}
}

// A server can repeat the address, as it is or as its JSON writes it.
func TestRecorderKeepsNoSignatureThatIsRepeated(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	next := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		body := `{"id":"unprocessable_entity","message":"https:\/\/bucket.example\/a.img?X-Sig=ses\/ame&x=1, ?X-Sig=ses/ame\u0026x=1, ?X-Sig=ses/ame&x=1"}`
		return &http.Response{StatusCode: 422, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	recorder, err := recording.NewRecorder(next, file)
	require.NoError(t, err)
	for _, body := range []string{
		`{"url":"https://bucket.example/a.img?X-Sig=ses/ame&x=1"}`, `{"url":"https://bucket.example/a.img\u003fX-Sig=ses/ame\u0026x=1"}`,
		`{"url":"https://b/a.img?X-Sig\u003dsesame\u0026x\u003d1"}`, `{"url":"https://b/a.img?n=\u00e9&X-Sig=sesame"}`, `{"URL":"https:\/\/b\/a.img?X-Sig=ses\/ame\u0026x=sesame"}`,
		`{"url":"https://b/a.img?X-Sig=sesame",}`, `{"url":"https://b/a.img?X-Sig=sesame","url":"https://b/b.img?x"}`, `{"url":"https://b/a.img?s=sesame\q"}`,
		`{"url":"https://b/a.img?region","region":"nyc3"}`, `{"url":"https://b/a.img#images"}`, `{"url":"https://u:sesame@b/a.img"}`,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.digitalocean.com/v2/images", strings.NewReader(body))
		require.NoError(t, err)
		req.Header["authorization"] = []string{"Bearer sesame42"} // as a client that writes its headers itself
		_, err = recorder.RoundTrip(req)
		require.NoError(t, err)
	}
	require.NoError(t, recorder.Close())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "X-Sig=ses/ame&")
	assert.NotContains(t, string(text), `X-Sig=ses/ame\u0026`)
	assert.NotContains(t, string(text), "sesame")
	assert.Regexp(t, `\{"url":"https://b/a.img\?\[redacted-\d+\]","region":"nyc3"\}`, string(text), "and nothing else is taken for it")
	assert.Contains(t, string(text), "https://api.digitalocean.com/v2/images")
	exchanges := testkit.ReadAll(t, file)
	assert.Equal(t, "Bearer [redacted-1]", exchanges[0].RequestHeader.Get("Authorization"))
	assert.WithinDuration(t, time.Now(), exchanges[0].Began, time.Minute)
	assert.False(t, exchanges[0].Ended.Before(exchanges[0].Began))
}

// The body of a request can be compressed as well, and its secrets are found nevertheless.
func TestRecorderDecompressesRequests(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	var received [][]byte
	recorder, err := recording.NewRecorder(testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(req.Body)
		received = append(received, body)
		return &http.Response{StatusCode: 422, Body: io.NopCloser(strings.NewReader(`{"id":"a","message":"?X-Sig=sesame is no use"}`)), Request: req}, err
	}), file)
	require.NoError(t, err)
	const create = `{"name":"a","url":"https://bucket.example/a.img?X-Sig=sesame","region":"nyc3"}`
	for _, test := range []struct{ encoding, body string }{
		{encoding: "gzip", body: gzipped(t, create)},
		{encoding: "br", body: "\x8b\x05\x80{}\xff\x03"},
		{encoding: "gzip", body: gzipped(t, create)[:40]},
		{encoding: "", body: gzipped(t, create)},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.digitalocean.com/v2/images", strings.NewReader(test.body))
		require.NoError(t, err)
		if test.encoding != "" {
			req.Header["content-encoding"] = []string{test.encoding} // as a client that writes its headers itself
		}
		_, err = recorder.RoundTrip(req)
		require.NoError(t, err)
		assert.Equal(t, test.body, string(received[len(received)-1]), "the server gets what was sent")
	}
	require.NoError(t, recorder.Close())
	exchanges := testkit.ReadAll(t, file)
	require.Len(t, exchanges, 1)
	assert.Equal(t, `{"name":"a","url":"https://bucket.example/a.img?[redacted-1]","region":"nyc3"}`, string(exchanges[0].RequestBody))
	assert.NotContains(t, exchanges[0].RequestHeader, "Content-Encoding", "the body is recorded decompressed")
	assert.NotContains(t, string(exchanges[0].Body), "sesame")
	provenance, err := recording.ReadProvenance(file)
	require.NoError(t, err)
	assert.Contains(t, provenance.Note, "3 exchanges were left out")
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

// A request can authenticate with its URL, and ask for an e-mail address with it.
func TestRecorderKeepsNoSecretsOfURLs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	var asked []string
	recorder, err := recording.NewRecorder(testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		asked = append(asked, req.URL.String())
		return &http.Response{StatusCode: 404, Body: io.NopCloser(strings.NewReader(`{"id":"a","message":"not for hunter2secret"}`)), Request: req}, nil
	}), file)
	require.NoError(t, err)
	const address = "https://bobby:hunter2secret@staging.example/v2/images?tag_name=alice%40example.com&page=2"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	require.NoError(t, err)
	_, err = recorder.RoundTrip(req)
	require.NoError(t, err)
	assert.Equal(t, []string{address}, asked, "the server is asked for what it was")
	require.NoError(t, recorder.Close())
	for _, name := range []string{file, strings.Replace(file, "cassette", "provenance", 1)} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, secret := range []string{"bobby", "hunter2secret", "alice"} {
			assert.NotContains(t, string(text), secret, name)
		}
	}
	exchanges := testkit.ReadAll(t, file)
	assert.Equal(t, "https://staging.example/v2/images?tag_name=someone%40example.com&page=2", exchanges[0].URL.String())
}

// What cannot be decompressed is left out, and the provenance says so.
func TestRecorderLeavesOutWhatItCannotRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	number := 0
	next := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		number++
		header, body := http.Header{"Content-Type": {"application/json"}}, `{"id":"a","message":"b"}`
		switch number {
		case 2:
			header, body = http.Header{"Content-Encoding": {"br"}}, "\x8b\x05\x80{}\xff\x03"
		case 3:
			header, body = http.Header{}, "\x1f\x8b whatever"
		}
		return &http.Response{StatusCode: 404, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	recorder, err := recording.NewRecorder(next, file)
	require.NoError(t, err)
	for range 3 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.digitalocean.com/v2/images/1", nil)
		require.NoError(t, err)
		_, err = recorder.RoundTrip(req)
		require.NoError(t, err)
	}
	require.NoError(t, recorder.Close())
	exchanges := testkit.ReadAll(t, file)
	assert.Len(t, exchanges, 1)
	provenance, err := recording.ReadProvenance(file)
	require.NoError(t, err)
	assert.Contains(t, provenance.Note, "2 exchanges were left out")
}

// No secret can be found in what is compressed.
func TestRecorderDecompresses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	var sent []byte
	next := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Gzip()})).RoundTrip(req)
		if err == nil {
			sent, err = io.ReadAll(resp.Body)
			resp.Body = io.NopCloser(bytes.NewReader(sent))
		}
		return resp, err
	})
	recorder, err := recording.NewRecorder(next, file)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.digitalocean.com/v2/images", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
	resp, err := recorder.RoundTrip(req)
	require.NoError(t, err)
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, sent, got, "the caller has what was sent")
	require.NoError(t, recorder.Close())
	exchanges := testkit.ReadAll(t, file)
	assert.Contains(t, string(exchanges[0].Body), `"images":[`)
	assert.Empty(t, testkit.Contract(t).Check(exchanges[0]))
}
