package recording_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/recording"
)

// Entries come in the order of their times. One without a time stays after the entry before it.
func TestReadHARInTheOrderOfTimes(t *testing.T) {
	for name, test := range map[string]struct {
		seconds []string // of each entry; empty where it has no time
		want    string   // the numbers of the entries
	}{
		"in order":          {seconds: []string{"01", "02", "03"}, want: "012"},
		"reversed":          {seconds: []string{"03", "02", "01"}, want: "210"},
		"at the same time":  {seconds: []string{"02", "01", "02", "01"}, want: "1302"},
		"one without":       {seconds: []string{"02", "", "01", "03"}, want: "2013"},
		"first ones":        {seconds: []string{"", "", "02", "01"}, want: "3012"},
		"none with":         {seconds: []string{"", "", ""}, want: "012"},
		"an unusable one":   {seconds: []string{"02", "xx", "01"}, want: "201"},
		"fractions":         {seconds: []string{"01.25", "01.2", "01.123"}, want: "210"},
		"a single one":      {seconds: []string{"01"}, want: "0"},
		"without any entry": {},
	} {
		t.Run(name, func(t *testing.T) {
			var entries []string
			for _, second := range test.seconds {
				started := ""
				if second != "" {
					started = `"startedDateTime":"2026-01-01T00:00:` + second + `Z",`
				}
				entries = append(entries, "{"+started+`"request":{"method":"GET","url":"https://api.digitalocean.com/v2/images"},`+
					`"response":{"status":404,"content":{"size":2,"text":"{}"}}}`)
			}
			exchanges, omitted, err := collect(t, recording.ReadHAR(strings.NewReader(archiveOf(entries...)), "a"))
			require.NoError(t, err)
			assert.Empty(t, omitted)
			order := ""
			for _, e := range exchanges {
				order += strings.TrimPrefix(e.Source, "a#")
			}
			assert.Equal(t, test.want, order)
		})
	}
}

// The tokens of all requests with the API are known before the first response is shown, and there are not too many.
func TestReadKnowsTheTokensOfTheWholeArchive(t *testing.T) {
	entry := func(host, token string) string {
		return `{"request":{"method":"GET","url":"https://` + host + `/v2/images","headers":[{"name":"AUTHORIZATION","value":"` + token + `"}]},` +
			`"response":{"status":404,"content":{"size":2,"text":"{}"}}}`
	}
	text := archiveOf(entry("api.digitalocean.com", "Bearer first-token"), entry("api.digitalocean.com", " second-token"),
		entry("other.example", "Bearer third-token"), entry("api.digitalocean.com", "Bearer first-token"))
	exchanges, _, err := collect(t, apiOnly.ReadStream(strings.NewReader(text), "a"))
	require.NoError(t, err)
	require.Len(t, exchanges, 3)
	for _, e := range exchanges {
		assert.Equal(t, []string{"first-token", "second-token"}, e.Secrets)
	}

	var many []string
	for i := range 1_000 {
		many = append(many, entry("api.digitalocean.com", fmt.Sprintf("Bearer token-%d", i)))
	}
	exchanges, _, err = collect(t, recording.ReadHAR(strings.NewReader(archiveOf(many...)), "a"))
	require.NoError(t, err)
	assert.Len(t, exchanges[0].Secrets, 64)
}
