package check_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// observedCase is a response as others published it of the API, or one that is as wrong as before, and the checks that
// find something.
type observedCase struct {
	step   step
	change func(*traffic.Exchange)
	want   []string
}

// retired is an official image that was superseded.
var retired = strings.Replace(testkit.ImageOf(1, "base", "retired", made), `"name"`, `"slug":null,"public":false,"name"`, 1)

// ofType returns an image of a type that is public or not, with a tag.
func ofType(kind, public string) string {
	image := strings.Replace(testkit.ImageOf(1, kind, "available", made), `"name"`, `"public":`+public+`,"name"`, 1)
	return strings.Replace(image, `"tags":[]`, `"tags":["flatcar"]`, 1)
}

// newImage is the image of a create.
var newImage = testkit.ImageOf(9, "custom", "NEW", made)

// refusedCreate is a create that was refused with an error that something follows.
func refusedCreate(after string) step {
	return respond("POST /v2/images "+createBody, 400,
		`{"id":"bad_request","message":"Your source URL is unreachable"}`+"\n"+after)
}

func gatewayHeaders(e *traffic.Exchange) {
	for _, name := range []string{
		"Cache-Control", "Cf-Cache-Status", "Cf-Ray", "Date", "Etag", "Expect-Ct", "Server", "Traceparent",
		"X-Content-Type-Options", "X-Gateway", "X-Request-Id", "X-Response-From", "X-Runtime",
	} {
		testkit.SetHeader(name, "a")(e)
	}
}

func withoutRateLimit(e *traffic.Exchange) {
	e.Header = http.Header{"Content-Type": e.Header["Content-Type"]}
}

var observedCases = map[string]observedCase{
	"headers of gateways": {
		step:   readImage(testkit.Image(1)),
		change: gatewayHeaders,
	},
	"a content type with a charset": {
		step:   readImage(testkit.Image(1)),
		change: testkit.SetHeader("Content-Type", "application/json; charset=utf-8"),
	},
	"a 401 of a gateway, without rate-limit headers": {
		step:   respond("GET /v2/images", 401, `{"id":"Unauthorized","message":"Unable to authenticate you"}`),
		change: withoutRateLimit,
	},
	"a 403": {
		step:   respond("GET /v2/images", 403, `{"id":"Forbidden","message":"You are not authorized to perform this operation"}`),
		change: withoutRateLimit,
	},
	"a retired image": {
		step: readImage(retired),
	},
	"a private image beside all three filters": {
		step: respond("GET /v2/images?type=distribution&private=true&tag_name=flatcar", 200, listOf(1, "", ofType("custom", "false"))),
	},
	"a private image beside a tag": {
		step: respond("GET /v2/images?type=distribution&tag_name=flatcar", 200, listOf(1, "", ofType("custom", "false"))),
	},
	"a private image among distributions": {
		step: respond("GET /v2/images?type=distribution&private=false", 200, listOf(1, "", ofType("custom", "false"))),
		want: []string{"filter"},
	},
	"a public image beside private": {
		step: respond("GET /v2/images?type=distribution&private=true", 200, listOf(1, "", ofType("base", "true"))),
		want: []string{"filter"},
	},
	"an application that is not public": {
		step: respond("GET /v2/images?type=application", 200, listOf(1, "", ofType("application", "false"))),
	},
	"an unknown type, ignored and echoed": {
		step: respond("GET /v2/images?per_page=1&type=fruit", 200, listOf(2,
			`"next":"https://api.digitalocean.com/v2/images?page=2&per_page=1&type=fruit",`+
				`"last":"https://api.digitalocean.com/v2/images?page=2&per_page=1&type=fruit"`, testkit.Image(1))),
		want: []string{"request-parameter"},
	},
	"per_page=0": {
		step: respond("GET /v2/images?per_page=0", 200, listOf(2, "", testkit.Image(1), testkit.Image(2))),
		want: []string{"request-parameter"},
	},
	"per_page=0 with links": {
		step: respond("GET /v2/images?per_page=0", 200, listOf(30,
			`"next":"https://api.digitalocean.com/v2/images?page=2&per_page=0"`, testkit.Image(1))),
		want: []string{"request-parameter"},
	},
	"a page after the end": {
		step: pageAfterEnd(7),
	},
	"a page after the end with a next link": {
		step:   pageAfterEnd(7),
		change: testkit.ReplaceBody(`"prev":`, `"next":"https://example.com/v2/images?page=8","prev":`),
		want:   []string{"page-links"},
	},
	"a page after the end with a last link": {
		step:   pageAfterEnd(7),
		change: testkit.ReplaceBody(`"prev":`, `"last":"https://example.com/v2/images?page=1","prev":`),
		want:   []string{"page-links"},
	},
	"a page after the end with links to others": {
		step:   pageAfterEnd(7),
		change: testkit.ReplaceBody("page=6", "page=5"),
		want:   []string{"page-links"},
	},
	"no links": {
		step: respond("GET /v2/images", 200, `{"images":[`+testkit.Image(1)+`],"links":{},"meta":{"total":1}}`),
	},
	"links without pages": {
		step: respond("GET /v2/images", 200, `{"images":[],"links":{"pages":{}},"meta":{"total":0}}`),
	},
	"links with an encoded query": {
		step: respond("GET /v2/images?tag_name=createdBy:ops&per_page=1", 200, listOf(2,
			`"next":"https://api.digitalocean.com/v2/images?page=2&per_page=1&tag_name=createdBy%3Aops",`+
				`"last":"https://api.digitalocean.com/v2/images?page=2&per_page=1&tag_name=createdBy%3Aops"`,
			strings.Replace(testkit.Image(1), `"tags":[]`, `"tags":["createdBy:ops"]`, 1))),
	},
	"links with a second tag": {
		step: respond("GET /v2/images?tag_name=flatcar&per_page=1", 200, listOf(2,
			`"next":"https://api.digitalocean.com/v2/images?page=2&per_page=1&tag_name=flatcar&tag_name=a",`+
				`"last":"https://api.digitalocean.com/v2/images?page=2&per_page=1&tag_name=flatcar"`,
			ofType("custom", "false"))),
		want: []string{"page-links"},
	},
	"a create with two documents": {
		step: refusedCreate(`{"image":` + newImage + `}`),
		want: []string{"second-document"}, // which the baseline accepts
	},
	"a create with three documents": {
		step: refusedCreate(`{"image":` + newImage + `}{"image":` + newImage + `}`),
		want: []string{"trailing-data"},
	},
	"a create with an error and a list": {
		step: refusedCreate(`[1]`),
		want: []string{"trailing-data"},
	},
	"a create with two errors": {
		step: refusedCreate(`{"id":"a","message":"b"}`),
		want: []string{"trailing-data"},
	},
	"a create with a page after the error": {
		step: refusedCreate(`<html>`),
		want: []string{"trailing-data"},
	},
	"a create with a truncated image after the error": {
		step: refusedCreate(`{"image":` + newImage),
		want: []string{"trailing-data"},
	},
	"a create with an image after the error that is none": {
		step: refusedCreate(`{"image":{"id":"9"}}`),
		want: []string{"trailing-data"},
	},
	"a create with more than the image after the error": {
		step: refusedCreate(`{"image":` + newImage + `,"more":1}`),
		want: []string{"trailing-data"},
	},
}

// What the API was seen to answer is no finding. A request that is not one of the contract stays one.
func TestObservedResponses(t *testing.T) {
	for name, test := range observedCases {
		t.Run(name, func(t *testing.T) {
			exchange := exchangeOf(t, test.step, 10, 1_530_000_000)
			if test.change != nil {
				test.change(&exchange)
			}
			found := newSession(t).add(exchange)
			assert.Equal(t, test.want, checksOf(found), "%v", found)
		})
	}
}

// The baseline accepts the two documents that were seen in the refusal of a create, and nothing else that follows one.
func TestBaselineAcceptsASecondImageOnly(t *testing.T) {
	baseline, err := check.LoadBaseline(openapi.Baseline())
	require.NoError(t, err)
	for after, want := range map[string]check.Severity{
		`{"image":` + newImage + `}`:                           check.Accepted,
		`{"image":` + newImage + `}{"image":` + newImage + `}`: check.Breaking,
		`{"image":{"id":"9"}}`:                                 check.Breaking,
		`{"id":"a","message":"b"}`:                             check.Breaking,
		`{"image":` + newImage:                                 check.Breaking,
		`<html>`:                                               check.Breaking,
	} {
		found := testkit.Contract(t).Check(exchangeOf(t, refusedCreate(after), 10, 1_530_000_000))
		baseline.Accept(found, "")
		require.Len(t, found, 1, after)
		assert.Equal(t, want, found[0].Severity, after)
	}
}

// A document after that of a request is not taken for one of the response.
func TestASecondDocumentInARequest(t *testing.T) {
	exchange := exchangeOf(t, respond("POST /v2/images "+createBody, 202, `{"image":`+newImage+`}`), 10, 1_530_000_000)
	exchange.RequestBody = append(exchange.RequestBody, `{"image":`+newImage+`}`...)
	found := testkit.Contract(t).Check(exchange)
	assert.Equal(t, []string{"trailing-data"}, checksOf(found), "%v", found)
}
