package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
)

// What breaks no client leaves room for what does, also where a check lowers the severity of what it finds.
func TestLoweredFindingsLeaveRoom(t *testing.T) {
	var private strings.Builder
	for i := range 1000 {
		image := testkit.ImageOf(i+1, "custom", "available", made)
		fmt.Fprintf(&private, `,{"public":false,"slug":"s-%d",%s`, i, strings.TrimPrefix(image, "{"))
	}
	for name, step := range map[string]step{
		"a query with semicolons": respond("GET /v2/images?"+strings.Repeat("a;b&", 1000), 200, `{"images":"none"}`),
		"nulls in a request": respond(
			`POST /v2/images {"tags":[null`+strings.Repeat(",null", 1000)+`],"name":"n","url":"https://a.example/b"}`,
			202, `{"image":"none"}`),
		"private images with slugs": respond("GET /v2/images?page=0", 200,
			`{"images":[`+private.String()[1:]+`],"links":{},"meta":{"total":-1}}`),
	} {
		t.Run(name, func(t *testing.T) {
			lesser, breaking := 0, 0
			for _, finding := range testkit.Contract(t).Check(exchangeOf(t, step, 10, 100)) {
				switch finding.Severity {
				case check.Breaking:
					breaking++
					assert.NotEqual(t, "unjudged", finding.Check)
				default:
					lesser++
				}
			}
			assert.Greater(t, lesser, 890)
			assert.LessOrEqual(t, lesser, 901, "900, and the note that others are left out")
			assert.Positive(t, breaking)
		})
	}
}
