package report_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
)

// reportAccepting returns an empty report with a baseline in YAML.
func reportAccepting(t *testing.T, entries string) *report.Report {
	t.Helper()
	baseline, err := check.LoadBaseline([]byte("findings:\n" + entries))
	require.NoError(t, err)
	return report.New(testkit.Contract(t), baseline)
}

// withField returns a list of images that have a field which the contract does not have.
func withField(t *testing.T, images int, field string) string {
	t.Helper()
	image := strings.Replace(testkit.Image(1), `"name"`, fmt.Sprintf(`%q:1,"name"`, field), 1)
	return strings.TrimSuffix(strings.Repeat(image+",", images), ",")
}

// What is accepted is named as a finding is, with the reason: a colleague who reads it has no baseline at hand.
func TestAcceptedNamesWhatWasFound(t *testing.T) {
	r := reportAccepting(t, `  - {check: undocumented-field, reason: Our gateway adds it., source: us}
  - {check: undocumented-parameter, reason: Our cache asks for it., source: us}
  - {check: undocumented-operation, reason: It is another API., source: us}
`)
	for range 3 {
		r.Add(driftingGet(t))
	}
	body := `{"images":[` + withField(t, 2, "team") + `],"links":{},"meta":{"total":2}}`
	r.Add(testkit.Exchange(t, "GET /v2/images?fresh=1", 200, body, 10, 100))
	r.Add(testkit.Exchange(t, "GET /v2/droplets", 200, `{}`, 10, 100))
	want := []string{
		"accepted 3 times: images_get /image/new [undocumented-field]: Our gateway adds it.",
		"accepted 1 time: images_list request query fresh [undocumented-parameter]: Our cache asks for it.",
		"accepted 2 times: images_list /images/*/team [undocumented-field]: Our gateway adds it.",
		"accepted 1 time: no operation request [undocumented-operation]: It is another API.",
	}
	for _, format := range []string{"text", "github"} {
		text := write(t, r, format)
		for _, line := range want {
			assert.Contains(t, text, "\n"+line+"\n", format)
		}
	}
	var summary bytes.Buffer
	require.NoError(t, r.WriteMarkdown(&summary))
	plain := strings.NewReplacer(`\`, "").Replace(summary.String())
	for _, line := range want {
		assert.Contains(t, plain, "\n- "+line+"\n")
	}
}

// A server that adds another field each time fills no report, though all of it is accepted: what is beyond 50 places
// counts by its reason.
func TestAcceptedIsBounded(t *testing.T) {
	r := reportAccepting(t, `  - {check: undocumented-field, pointer: /image/a*, reason: Our gateway adds it., source: us}
  - {check: undocumented-field, pointer: /image/b*, reason: It is our cache., source: us}
`)
	for i := range 100 {
		for _, letter := range []string{"a", "b"} {
			image := withField(t, 1, fmt.Sprint(letter, i))
			r.Add(testkit.Exchange(t, "GET /v2/images/1", 200, `{"image":`+image+`}`, 10, 100))
		}
	}
	text := write(t, r, "text")
	assert.Equal(t, 52, strings.Count(text, "\naccepted "))
	assert.Contains(t, text, "\naccepted 1 time: images_get /image/b24 [undocumented-field]: It is our cache.\n")
	assert.Contains(t, text, "\naccepted 75 times elsewhere: Our gateway adds it.\naccepted 75 times elsewhere: It is our cache.\n")
}
