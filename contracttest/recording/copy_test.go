package recording_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/traffic"
)

// findings returns what is found in exchanges, by themselves and together, without where it is.
func findings(t *testing.T, exchanges []traffic.Exchange) []string {
	t.Helper()
	contract, session := testkit.Contract(t), check.NewSession()
	var list []string
	for _, exchange := range exchanges {
		result := contract.Examine(exchange)
		for _, f := range append(result.Findings, session.Check(result)...) {
			if f.Check == "secret" { // which only the original has
				continue
			}
			list = append(list, strings.Join([]string{string(f.Severity), f.Check, f.Operation, f.In, f.Pointer}, " "))
		}
	}
	return list
}

// copyOf copies exchanges to a file, and returns what it then has.
func copyOf(t *testing.T, name string, exchanges []traffic.Exchange) []traffic.Exchange {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	clean, err := recording.NewCopy(file)
	require.NoError(t, err)
	clean.NextRecording()
	for _, exchange := range exchanges {
		added, err := clean.Add(exchange)
		require.NoError(t, err)
		require.True(t, added)
	}
	require.NoError(t, clean.Write(recording.Provenance{Kind: recording.KindUnknown}))
	for _, written := range clean.Files() {
		assert.FileExists(t, written)
	}
	return testkit.ReadAll(t, file)
}

// A copy shows the same faults as what it was made from, in either form.
func TestCopyHasTheSameFindings(t *testing.T) {
	t.Run("recordings", func(t *testing.T) {
		for _, file := range testkit.Cassettes(t) {
			assertSameFindings(t, file)
		}
	})
	t.Run("situations", func(t *testing.T) {
		var cases []string
		for _, pattern := range []string{"*.har", "*.yaml", "*/*.har"} {
			files, err := filepath.Glob("../../../shared/cases/" + pattern)
			require.NoError(t, err)
			cases = append(cases, files...)
		}
		if len(cases) == 0 {
			t.Skip("there are no situations in ../shared/cases beside this checkout")
		}
		for _, file := range cases {
			if filepath.Base(file) != "i04-br-encoded.har" { // its body cannot be decompressed, so that it is not copied
				assertSameFindings(t, file)
			}
		}
	})
}

func assertSameFindings(t *testing.T, file string) {
	t.Helper()
	exchanges, _, err := collect(t, recording.Read(file))
	require.NoError(t, err, file)
	if len(exchanges) == 0 { // none could be checked
		return
	}
	want := findings(t, exchanges)
	for _, name := range []string{"copy.cassette.yaml", "copy.har"} {
		copied := copyOf(t, name, exchanges)
		assert.Equal(t, want, findings(t, copied), "%s as %s", file, name)
		for i := range exchanges {
			assert.Equal(t, exchanges[i].Began.UTC(), copied[i].Began.UTC(), "%s#%d as %s", file, i, name)
			assert.Equal(t, exchanges[i].Ended.UTC(), copied[i].Ended.UTC(), "%s#%d as %s", file, i, name)
		}
	}
}

func exchangeWith(t *testing.T, token, body string) traffic.Exchange {
	t.Helper()
	u, err := url.Parse("https://user:in-the-url-1@api.digitalocean.com/v2/images/1")
	require.NoError(t, err)
	return traffic.Exchange{
		Source:        "session.har#0",
		Method:        "GET",
		URL:           u,
		RequestHeader: http.Header{"authorization": {"Bearer " + token}, "Cookie": {"session=cookie-value"}},
		Status:        200,
		Header: http.Header{
			"Content-Type":   {"application/json"},
			"Content-Length": {"99999"},
			"Set-Cookie":     {"session=cookie-value"},
		},
		Body: []byte(body),
	}
}

// A copy has no secret, and one placeholder for each over all recordings. What a placeholder stood for in one recording
// is not what it stands for in the next.
func TestCopyHasNoSecrets(t *testing.T) {
	for _, name := range []string{"copy.cassette.yaml", "copy.har"} {
		file := filepath.Join(t.TempDir(), name)
		clean, err := recording.NewCopy(file)
		require.NoError(t, err)
		add := func(token, body string, others ...string) {
			e := exchangeWith(t, token, body)
			e.Secrets = others
			added, err := clean.Add(e)
			require.NoError(t, err)
			require.True(t, added)
		}
		clean.NextRecording()
		add("the-first-token", `{"echo":"the-second-token and alice@corp.example"}`, "the-second-token")
		clean.NextRecording()
		add("the-second-token", `{"echo":"the-first-token, in-the-url-1"}`)
		clean.NextRecording()
		add("[redacted-1]", `{"echo":"[redacted-1]"}`)
		require.NoError(t, clean.Write(recording.Provenance{Kind: recording.KindUnknown, Document: "copy of a.har"}))

		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, secret := range []string{"-token", "cookie-value", "in-the-url", "alice"} {
			assert.NotContains(t, string(text), secret, name)
		}
		exchanges := testkit.ReadAll(t, file)
		require.Len(t, exchanges, 3)
		tokens := make([]string, 0, len(exchanges))
		for _, e := range exchanges {
			tokens = append(tokens, strings.TrimPrefix(e.RequestHeader.Get("Authorization"), "Bearer "))
			assert.Contains(t, findings(t, []traffic.Exchange{e}), "breaking truncated-body images_get body ", name)
		}
		assert.Contains(t, string(exchanges[0].Body), tokens[1], name)
		assert.Contains(t, string(exchanges[1].Body), tokens[0], name)
		assert.Contains(t, string(exchanges[2].Body), tokens[2], name)
		assert.NotEqual(t, tokens[0], tokens[1])
		assert.NotContains(t, tokens[:2], tokens[2], name)
	}
}

// A copy has no token in the places that nobody expects one in: the method, and the name of a header.
func TestCopyHasNoSecretInNames(t *testing.T) {
	for _, name := range []string{"copy.cassette.yaml", "copy.har"} {
		file := filepath.Join(t.TempDir(), name)
		clean, err := recording.NewCopy(file)
		require.NoError(t, err)
		e := exchangeWith(t, "the-first-token", "{}")
		e.Method = "THE-FIRST-TOKEN"
		e.Header.Set("RateLimit-The%2Dfirst-token", "1")
		added, err := clean.Add(e)
		require.NoError(t, err)
		require.True(t, added)
		require.NoError(t, clean.Write(recording.Provenance{Kind: recording.KindUnknown}))

		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotContains(t, strings.ToLower(string(text)), "first", name)
		assert.Contains(t, string(text), "Ratelimit-[redacted-", name)
		testkit.ReadAll(t, file)
	}
}

func TestCopyRefuses(t *testing.T) {
	_, err := recording.NewCopy("copy.json")
	require.ErrorContains(t, err, "copy.json: the name of a copy ends in .cassette.yaml or .har")

	file := filepath.Join(t.TempDir(), "copy.cassette.yaml")
	clean, err := recording.NewCopy(file)
	require.NoError(t, err)
	require.ErrorIs(t, clean.Write(recording.Provenance{}), recording.ErrNothingCopied)
	assert.NoFileExists(t, file)

	e := exchangeWith(t, "token", "\x1b\x03\x01\xf8")
	e.Header.Set("Content-Encoding", "br")
	added, err := clean.Add(e)
	require.NoError(t, err)
	assert.False(t, added, "no secret could be found in it")

	e = exchangeWith(t, "token", strings.Repeat("x", 20<<20))
	added, err = clean.Add(e)
	require.NoError(t, err)
	assert.True(t, added)
	_, err = clean.Add(e)
	assert.ErrorContains(t, err, "copy.cassette.yaml: more than 32 MiB for one file")
}

// A copy has no more exchanges than a cassette that can be read: small ones take room too.
func TestCopyCountsMoreThanBodies(t *testing.T) {
	clean, err := recording.NewCopy(filepath.Join(t.TempDir(), "copy.cassette.yaml"))
	require.NoError(t, err)
	exchange := traffic.Exchange{
		Method: http.MethodGet,
		URL:    &url.URL{Scheme: "https", Host: "api.digitalocean.com", Path: "/v2/images/1"},
		Status: http.StatusNotFound,
		Body:   []byte(`{"id":"not_found","message":"The resource you were accessing could not be found."}`),
	}
	for range 20_000 {
		if _, err = clean.Add(exchange); err != nil {
			break
		}
	}
	assert.ErrorContains(t, err, "more than 32 MiB for one file")
}
