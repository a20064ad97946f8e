package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
)

// notSeen returns what the text lists of an operation as not seen, each value by itself.
func notSeen(t *testing.T, r *report.Report, operation string) (items []string) {
	t.Helper()
	_, line, found := strings.Cut(write(t, r, "text"), "\nnot seen of "+operation+": ")
	require.True(t, found)
	line, _, _ = strings.Cut(line, "\n")
	for _, item := range strings.Split(line, ", ") {
		name, values, isValue := strings.Cut(item, "=")
		if !isValue {
			items = append(items, item)
			continue
		}
		for _, value := range strings.Split(values, "|") {
			items = append(items, name+"="+value)
		}
	}
	return items
}

// Of a response that was not seen the list leaves out the parts. Of one that was seen it names each: no value of a
// field is a part of another, and its null is not one of the field.
func TestMissingLeavesOutThePartsOfAnUnseenResponse(t *testing.T) {
	r := report.New(testkit.Contract(t))
	r.Add(testkit.Exchange(t, "GET /v2/images/1", 200, `{"image":`+testkit.Image(1)+`}`, 10, 100))
	r.ListMissing = true
	r.Operations = []string{"images_get"}
	unseen := r.Coverage().Operations["images_get"].Missing
	for _, item := range []string{"response 200 /image/slug", "response 200 /image/slug null", "response 404 /id"} {
		require.Contains(t, unseen, item)
	}
	var want []string
	for _, item := range unseen {
		if words := strings.Fields(item); words[0] != "response" || words[1] == "200" || len(words) == 2 {
			want = append(want, item)
		}
	}
	assert.ElementsMatch(t, want, notSeen(t, r, "images_get"))
}
