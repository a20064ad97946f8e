package recording_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// overTLS is a server that responds as one over https does.
func overTLS(next http.RoundTripper) http.RoundTripper {
	return testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			resp.TLS = &tls.ConnectionState{}
		}
		return resp, err
	})
}

// A recording of the fake must never pass as one of the API.
func TestRecorderSaysWhereItWas(t *testing.T) {
	const api = "https://api.digitalocean.com"
	for name, test := range map[string]struct {
		next http.RoundTripper
		base string
		want recording.Kind
	}{
		"a loopback host":  {next: fakeapi.New(), base: "http://127.0.0.1:1", want: recording.KindOtherServer},
		"another host":     {next: overTLS(fakeapi.New()), base: "https://staging.example", want: recording.KindOtherServer},
		"a fake in memory": {next: fakeapi.New(), base: api, want: recording.KindOtherServer},
		"the API":          {next: overTLS(fakeapi.New()), base: api, want: recording.KindAPI},
	} {
		base := test.base
		file := filepath.Join(t.TempDir(), "session.cassette.yaml")
		recorder, err := recording.NewRecorder(test.next, file)
		require.NoError(t, err)
		client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithBaseURL(base), wrapper.WithHTTPClient(&http.Client{Transport: recorder}), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
		require.NoError(t, err)
		_, err = client.GetBySlug(t.Context(), "ubuntu-24-04-x64")
		require.NoError(t, err)
		require.NoError(t, recorder.Close())
		provenance, err := recording.ReadProvenance(file)
		require.NoError(t, err)
		assert.Equal(t, test.want, provenance.Kind, name)
		assert.Contains(t, provenance.Document, base)
		assert.NotEmpty(t, provenance.Revision)
		assert.NotEmpty(t, provenance.DocumentDate)
		assert.Contains(t, provenance.Note, "doimages "+openapi.Version+".")
	}
}

func TestRecorderWritesNothingBeforeAllCanBeWritten(t *testing.T) {
	dir := t.TempDir()
	_, err := recording.NewRecorder(nil, filepath.Join(dir, "session.yaml"))
	assert.ErrorContains(t, err, ".cassette.yaml")
	recorder, err := recording.NewRecorder(fakeapi.New(), filepath.Join(dir, "session.cassette.yaml"))
	require.NoError(t, err)
	assert.ErrorContains(t, recorder.Close(), "nothing was recorded")
	folder := filepath.Join(dir, "new", "folder")
	recorder, err = recording.NewRecorder(fakeapi.New(), filepath.Join(folder, "session.cassette.yaml"))
	require.NoError(t, err)
	require.DirExists(t, folder)
	require.NoError(t, os.RemoveAll(filepath.Join(dir, "new"))) // by another program, meanwhile
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: recorder}), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
	require.NoError(t, err)
	_, err = client.Create(t.Context(), gen.ImageCreate{Name: "a", URL: "https://example.com/a.img", Region: "nyc3"})
	require.NoError(t, err)
	assert.ErrorContains(t, recorder.Close(), filepath.Join(folder, "session.cassette.yaml")+": ")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestRecorderOfTwoHosts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	recorder, err := recording.NewRecorder(overTLS(fakeapi.New()), file)
	require.NoError(t, err)
	for _, base := range []string{"https://api.digitalocean.com", "https://staging.example"} {
		client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithBaseURL(base), wrapper.WithHTTPClient(&http.Client{Transport: recorder}), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
		require.NoError(t, err)
		_, err = client.Get(t.Context(), 6_000_000)
		require.NoError(t, err)
	}
	require.NoError(t, recorder.Close())
	provenance, err := recording.ReadProvenance(file)
	require.NoError(t, err)
	assert.Equal(t, recording.KindOtherServer, provenance.Kind)
}

// Whenever a recorder is killed, what is there is no false evidence. A reader sees what would be left at any moment.
func TestRecorderShowsNoProvenanceOfAnotherCassette(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	round := regexp.MustCompile(`round-\d+\.example`) // the host, which both files name
	stop, stopped := make(chan struct{}), make(chan struct{})
	seen := 0
	go func() {
		defer close(stopped)
		for last := false; !last; {
			select {
			case <-stop:
				last = true // of both files as they stay
			default:
			}
			before, errBefore := os.ReadFile(strings.Replace(file, "cassette", "provenance", 1))
			cassette, err := os.ReadFile(file)
			after, errAfter := os.ReadFile(strings.Replace(file, "cassette", "provenance", 1))
			if errBefore != nil || err != nil || errAfter != nil || !bytes.Equal(before, after) {
				continue // one that came or went meanwhile
			}
			seen++
			if !assert.Equal(t, string(round.Find(before)), string(round.Find(cassette))) {
				return
			}
		}
	}()
	fake := fakeapi.New()
	for i := range 100 {
		recorder, err := recording.NewRecorder(fake, file)
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("https://round-%d.example/v2/images/1", i), nil)
		require.NoError(t, err)
		_, err = recorder.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, recorder.Close())
	}
	close(stop)
	<-stopped
	assert.Positive(t, seen)
}

// What is in the way of the provenance leaves the cassette of an earlier run as it was, with no other beside it.
func TestRecorderThatCannotWriteItsProvenance(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "session.cassette.yaml")
	require.NoError(t, os.WriteFile(file, []byte("of an earlier run"), 0o600))
	recorder, err := recording.NewRecorder(fakeapi.New(), file)
	require.NoError(t, err)
	inTheWay := filepath.Join(dir, "session.provenance.yaml", "in the way")
	require.NoError(t, os.MkdirAll(inTheWay, 0o700)) // by another program, meanwhile
	resp, err := (&http.Client{Transport: recorder}).Get("https://api.digitalocean.com/v2/images")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.ErrorContains(t, recorder.Close(), "session.provenance.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "of an earlier run", string(text))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "nothing temporary is left")
}

// A provenance without its cassette says where nothing comes from.
func TestRecorderWritesNoProvenanceAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "session.cassette.yaml")
	recorder, err := recording.NewRecorder(fakeapi.New(), file)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(file, "in the way"), 0o700)) // by another program, meanwhile
	resp, err := (&http.Client{Transport: recorder}).Get("https://api.digitalocean.com/v2/images")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Error(t, recorder.Close())
	_, err = recording.ReadProvenance(file)
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// A server that offers another protocol holds nobody up, and is recorded with what it said.
func TestRecorderOfAnotherProtocol(t *testing.T) {
	file := filepath.Join(t.TempDir(), "session.cassette.yaml")
	recorder, err := recording.NewRecorder(nil, file)
	require.NoError(t, err)
	client := &http.Client{Transport: recorder, Timeout: time.Minute}
	resp, err := client.Get(testkit.Switching(t) + "/v2/images")
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Empty(t, body)
	require.NoError(t, recorder.Close())
	exchanges := testkit.ReadAll(t, file)
	require.Len(t, exchanges, 1)
	assert.Equal(t, 101, exchanges[0].Status)
	assert.Empty(t, exchanges[0].Body)
}
