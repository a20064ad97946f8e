package recording_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
)

const netHTTPCassette = `
http_interactions:
- request:
    method: get
    uri: https://api.digitalocean.com/v2/images/5151
    body: {encoding: US-ASCII, string: ''}
    headers:
      Accept-Encoding: ['gzip;q=1.0,deflate;q=0.6,identity;q=0.3']
      Authorization: [Bearer fake-token-of-the-makers]
  response:
    status: {code: 404, message: Not Found}
    headers:
      Content-Type: [application/json]
      Content-Length: ['%d']
    body: {encoding: UTF-8, string: '%s'}
recorded_with: VCR 5.0.0
`

// Ruby's Net::HTTP decompresses a body, and takes the Content-Encoding out of the headers, but not the Content-Length:
// it is the length of what was sent. A body that was truncated is found all the same.
func TestReadOfADecompressedBodyInRubysVCR(t *testing.T) {
	body := `{"id":"not_found","message":"The resource you were accessing could not be found."}`
	for name, test := range map[string]struct {
		body  string
		sent  int
		found bool
	}{
		"longer than what was sent":  {body: body, sent: 61},
		"shorter than what was sent": {body: body, sent: len(body) + 18},
		"as it was sent":             {body: body, sent: len(body)},
		"truncated":                  {body: body[:40], sent: len(body), found: true},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "session.yml")
			text := fmt.Sprintf(netHTTPCassette, test.sent, test.body)
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			exchanges := testkit.ReadAll(t, file)
			require.Len(t, exchanges, 1)
			found := false
			for _, finding := range testkit.Contract(t).Check(exchanges[0]) {
				found = found || finding.Check == "truncated-body"
			}
			assert.Equal(t, test.found, found)
		})
	}
}
