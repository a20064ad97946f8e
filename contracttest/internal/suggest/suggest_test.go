package suggest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/speakeasy-api/openapi/overlay"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/suggest"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// image returns the response to a get of an image in which a text is replaced.
func image(t *testing.T, replacements ...string) traffic.Exchange {
	t.Helper()
	body := strings.NewReplacer(replacements...).Replace(testkit.Image(1))
	return testkit.Exchange(t, "GET /v2/images/1", 200, `{"image":`+body+`}`, 10, 100)
}

// suggested returns the overlay for exchanges, and what is not suggested.
func suggested(t *testing.T, document []byte, exchanges []traffic.Exchange) (text []byte, actions int, rejected []string) {
	t.Helper()
	contract, err := check.Load(document)
	require.NoError(t, err)
	s, err := suggest.New(document)
	require.NoError(t, err)
	for _, exchange := range exchanges {
		s.Add(exchange, contract.Check(exchange))
	}
	text, actions, rejected, err = s.Overlay()
	require.NoError(t, err)
	return text, actions, rejected
}

// apply returns a document with an overlay applied, every action of which must do something.
func apply(t *testing.T, document, text []byte) []byte {
	t.Helper()
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal(document, &root))
	of, err := overlay.ParseReader(bytes.NewReader(text))
	require.NoError(t, err)
	for _, action := range of.Actions {
		assert.NotEmpty(t, action.Description)
		assert.NotNil(t, action.Extensions["x-source"], "the exchange that shows it")
	}
	problems, err := of.ApplyToStrict(&root)
	require.NoError(t, err, "%s", text)
	require.Empty(t, problems, "%s", text)
	applied, err := yaml.Marshal(&root)
	require.NoError(t, err)
	return applied
}

// With the overlay applied, the document covers what was seen.
func TestOverlayCoversWhatWasSeen(t *testing.T) {
	list := func(image string) traffic.Exchange {
		return testkit.Exchange(t, "GET /v2/images", 200, `{"images":[`+image+`],"links":{},"meta":{"total":1}}`, 10, 100)
	}
	headers := func(name, value string) traffic.Exchange {
		exchange := image(t)
		testkit.SetHeader(name, value)(&exchange)
		return exchange
	}
	for name, exchanges := range map[string][]traffic.Exchange{
		"values of an enum": {
			image(t, `"available"`, `"thawing"`),
			image(t, `"available"`, `"resting"`),
			list(strings.ReplaceAll(testkit.Image(1), `"available"`, `"thawing"`)),
		},
		"fields of every type": {
			image(t, `"name"`, `"a":"x","b":1,"c":true,"d":[{"e":1.5}],"f":{"g/~h":null,"i":"x"},"name"`),
			image(t, `"name"`, `"a":null,"b":1.5,"f":{"g/~h":[]},"name"`),
		},
		"null within a field": {
			image(t, `"name"`, `"a":{"b":null,"c":[null],"d":[]},"name"`),
		},
		"a field of the envelope": {
			testkit.Exchange(t, "GET /v2/images/1", 200, `{"it's":1,"image":`+testkit.Image(1)+`}`, 10, 100),
		},
		"null": {
			image(t, `"name":"a"`, `"name":null`),
		},
		"a header": {headers("Ratelimit-Limits", "5000")},
		"an error": {
			testkit.Exchange(t, "GET /v2/images/1", 418, `{"id":"teapot","message":"short and stout"}`, 10, 100),
		},
		"a success": {
			testkit.Exchange(t, "GET /v2/images/1", 206, `{"image":{"id":1}}`, 10, 100),
		},
		"several of these": {
			image(t, `"available"`, `"thawing"`, `"name":"a"`, `"name":null,"new":1`),
			testkit.Exchange(t, "GET /v2/images/1", 418, `{"id":"teapot","message":"short and stout"}`, 10, 100),
		},
	} {
		t.Run(name, func(t *testing.T) {
			text, actions, rejected := suggested(t, openapi.Document(), exchanges)
			assert.Positive(t, actions)
			assert.Empty(t, rejected)
			contract, err := check.Load(apply(t, openapi.Document(), text))
			require.NoError(t, err, "%s", text)
			for _, exchange := range exchanges {
				require.NotEmpty(t, testkit.Contract(t).Check(exchange))
				assert.Empty(t, contract.Check(exchange), "%s", text)
			}
			_, again, _ := suggested(t, apply(t, openapi.Document(), text), exchanges)
			assert.Zero(t, again)
		})
	}
}

// Where responses document a header in different ways, the overlay has that of the first status, whenever it is made.
func TestOverlayIsTheSameEachTime(t *testing.T) {
	const document = `openapi: 3.0.3
paths:
  /v2/images/{id}:
    get:
      operationId: images_get
      responses:
        "200": {headers: {a: {schema: {type: integer}}}}
        "404": {headers: {a: {schema: {type: string}}}}
        "429": {headers: {a: {schema: {type: boolean}}}}
`
	exchange := testkit.Exchange(t, "GET /v2/images/1", 418, `{"id":"teapot"}`, 10, 100)
	testkit.SetHeader("A", "1")(&exchange)
	for range 20 {
		s, err := suggest.New([]byte(document))
		require.NoError(t, err)
		s.Add(exchange, []check.Finding{{
			Check:     "undocumented-status",
			Severity:  check.Drift,
			Operation: "images_get",
			Status:    418,
			In:        "status",
		}})
		text, _, _, err := s.Overlay()
		require.NoError(t, err)
		require.Contains(t, string(text), "type: integer", "%s", text)
	}
}

// What is wrong rather than new, and what contradicts itself, is listed with the reason.
func TestWhatIsNotSuggested(t *testing.T) {
	const secret = "dop_v1_canary0123456789"
	leaking := image(t, `"available"`, `"`+secret+`"`)
	for name, test := range map[string]struct {
		exchanges []traffic.Exchange
		want      string
	}{
		"a wrong type": {
			exchanges: []traffic.Exchange{image(t, `"name":"a"`, `"name":1`)},
			want:      "the exchange is wrong",
		},
		"a missing field": {
			exchanges: []traffic.Exchange{image(t, `"name":"a",`, ``)},
			want:      "the exchange is wrong",
		},
		"a contradiction": {
			exchanges: []traffic.Exchange{
				image(t, `"name":"a"`, `"new":1,"name":"a"`),
				image(t, `"name":"a"`, `"new":"1","name":"a"`),
			},
			want: "exchanges contradict each other on its type",
		},
		"only null": {
			exchanges: []traffic.Exchange{image(t, `"name":"a"`, `"new":null,"name":"a"`)},
			want:      "only null was seen",
		},
		"a secret": {
			exchanges: []traffic.Exchange{leaking},
			want:      "it may be a secret",
		},
	} {
		t.Run(name, func(t *testing.T) {
			text, actions, rejected := suggested(t, openapi.Document(), test.exchanges)
			assert.Zero(t, actions, "%s", text)
			assert.NotContains(t, string(text), secret)
			require.NotEmpty(t, rejected)
			assert.Contains(t, rejected[0], test.want)
		})
	}
	_, err := suggest.New([]byte("openapi: 3.1.0\n"))
	assert.ErrorContains(t, err, "OpenAPI 3.0 only")
}
