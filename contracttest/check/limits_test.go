package check_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// listing returns the response to a list with a body.
func listing(t *testing.T, body string) traffic.Exchange {
	t.Helper()
	exchange := testkit.Exchanges(t, "images_list")[0]
	exchange.Header.Del("Content-Length")
	exchange.Body = []byte(body)
	return exchange
}

// repeated returns an array of n items.
func repeated(item string, n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
}

const mib = 1 << 20

// hostileBodies are bodies that are small for what they hold.
var hostileBodies = map[string]struct {
	body func() string
	want []string // the checks of which something is found, but unjudged
}{
	"64 KiB of objects": {
		body: func() string { return `{"images":` + repeated("{}", 64<<10/3) + `,"links":{},"meta":{"total":1}}` },
		want: []string{"missing-field"},
	},
	"1 MiB of objects": {
		body: func() string { return `{"images":` + repeated("{}", mib/3) + `,"links":{},"meta":{"total":1}}` },
		want: []string{"size"},
	},
	"32 MiB of objects": {
		body: func() string { return repeated("{}", 32*mib/3-1) },
		want: []string{"size"},
	},
	"as many values as may be": {
		body: func() string { return `{"images":` + repeated("{}", 199_995) + `,"links":{},"meta":{"total":1}}` },
		want: []string{"missing-field"},
	},
	"a value more": {
		body: func() string { return `{"images":` + repeated("{}", 199_996) + `,"links":{},"meta":{"total":1}}` },
		want: []string{"size"},
	},
	"a list of texts for objects": {
		body: func() string { return `{"images":` + repeated(`"x"`, 190_000) + `,"links":{},"meta":{"total":1}}` },
		want: []string{"wrong-type"},
	},
	"deep nesting": {
		body: func() string {
			return `{"images":[],"links":{},"meta":{"total":0},"x":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}"
		},
		want: []string{"nesting"},
	},
	"a text of 31 MiB": {
		body: func() string { return `{"images":"` + strings.Repeat("x", 31*mib) + `","links":{},"meta":{"total":1}}` },
		want: []string{"wrong-type"},
	},
	"an escaped text of 31 MiB": {
		body: func() string {
			return `{"images":"` + strings.Repeat(`\n`, 31*mib/2) + `","links":{},"meta":{"total":1}}`
		},
		want: []string{"wrong-type"},
	},
	"duplicate keys": {
		body: func() string {
			return `{"images":[],"links":{},"meta":{"total":0},` + strings.TrimPrefix(strings.Repeat(`,"x":0`, 190_000), ",") + "}"
		},
		want: []string{"duplicate-key"},
	},
	"an object of 190,000 keys": {
		body: func() string {
			var b strings.Builder
			b.WriteString(`{"images":[],"links":{},"meta":{"total":0}`)
			for i := range 190_000 {
				fmt.Fprintf(&b, `,"k%d":0`, i)
			}
			return b.String() + "}"
		},
		want: []string{"undocumented-field"},
	},
	"an object of 200,000 keys": {
		body: func() string { return "{" + strings.TrimPrefix(strings.Repeat(`,"x":0`, 200_000), ",") + "}" },
		want: []string{"size"},
	},
}

// No body makes more than 1,000 findings, or takes much more memory than its own.
func TestFindingsAreBounded(t *testing.T) {
	for name, test := range hostileBodies {
		t.Run(name, func(t *testing.T) {
			exchange := listing(t, test.body())
			require.LessOrEqual(t, len(exchange.Body), traffic.MaxBody)
			before := liveHeap()
			result := testkit.Contract(t).Examine(exchange)
			assert.LessOrEqual(t, len(result.Findings)+len(check.NewSession().Check(result)), 1000)
			grown := liveHeap() - before
			for _, want := range test.want {
				assert.Contains(t, checksOf(result.Findings), want)
			}
			if size := "size"; slices.Contains(test.want, size) {
				assert.Equal(t, test.want, checksOf(result.Findings))
			}
			assert.Less(t, grown, int64(64*mib))
			t.Logf("%d findings, %.1f MiB for a body of %.1f", len(result.Findings), float64(grown)/mib, float64(len(exchange.Body))/mib)
			runtime.KeepAlive(result)
			runtime.KeepAlive(exchange)
		})
	}
}

// A second document has a name of its own, and takes the place of no other finding.
func TestASecondDocumentAfterManyFaults(t *testing.T) {
	refused := `{"id":"bad_request","message":"m","id":` + strings.TrimSuffix(strings.Repeat(`"bad_request","id":`, 1500), `,"id":`) + `}`
	exchange := exchangeOf(t, refusedCreate(`{"image":`+newImage+`}`), 10, 100)
	exchange.Body = []byte(refused + `{"image":` + newImage + `}`)
	found := map[string]int{}
	for _, name := range checksOf(testkit.Contract(t).Check(exchange)) {
		found[name]++
	}
	assert.Equal(t, map[string]int{"duplicate-key": 999, "unjudged": 1}, found)
}

// liveHeap returns how much memory is in use after a collection, in bytes. What a sync.Pool has survives the first.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// What was not judged is said, and fails a run; what is only left out is a note.
func TestFindingsSayWhatIsNotJudged(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	drift := `{"images":[],"links":{},"meta":{"total":0}`
	for i := range 2000 {
		drift += fmt.Sprintf(`,"k%d":0`, i)
	}
	for name, test := range map[string]struct {
		ctx      context.Context
		body     string
		severity check.Severity
		message  string
		breaking int // findings, at least
	}{
		"all are breaking": {
			ctx:      t.Context(),
			body:     `{"images":` + repeated("{}", 2000) + `,"links":{},"meta":{"total":2000}}`,
			severity: check.Breaking,
			message:  "999 findings: the rest was not judged",
			breaking: 1000,
		},
		"none is": {
			ctx:      t.Context(),
			body:     drift + `}`,
			severity: check.Note,
			message:  "more findings, none of them breaking, are left out",
		},
		"one is, and comes last": {
			ctx:      t.Context(),
			body:     drift + `,"k1":0}`,
			severity: check.Note,
			message:  "more findings, none of them breaking, are left out",
			breaking: 1,
		},
		"the context has ended": {
			ctx:      ended,
			body:     `{"images":` + repeated("{}", 2000) + `,"links":{},"meta":{"total":2000}}`,
			severity: check.Breaking,
			message:  "interrupted: not everything was judged",
			breaking: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			findings := testkit.Contract(t).ExamineContext(test.ctx, listing(t, test.body)).Findings
			require.NotEmpty(t, findings)
			last := findings[len(findings)-1]
			assert.Equal(t, "unjudged", last.Check)
			assert.Equal(t, test.severity, last.Severity)
			assert.Contains(t, last.Message, test.message)
			breaking := 0
			for _, finding := range findings {
				if finding.Severity == check.Breaking {
					breaking++
				}
			}
			assert.GreaterOrEqual(t, breaking, test.breaking)
		})
	}
}

// spec returns a document with schemas, of which the response of /v2/images has A.
func spec(schemas string) []byte {
	return []byte(`openapi: 3.0.3
info: {title: a, version: '1'}
paths:
  /v2/images:
    get:
      operationId: images_list
      responses:
        '200':
          description: a
          content: {application/json: {schema: {$ref: '#/components/schemas/A'}, example: {}}}
components:
  schemas:
` + schemas)
}

// twice returns schemas of which each refers twice to the one before.
func twice(first, format string) string {
	s := "    S0: " + first + "\n"
	for i := range 60 {
		ref := fmt.Sprintf("{$ref: '#/components/schemas/S%d'}", i)
		s += fmt.Sprintf("    S%d: ", i+1) + fmt.Sprintf(format, ref, ref) + "\n"
	}
	return s + "    A: {$ref: '#/components/schemas/S60'}\n"
}

// chain returns schemas of which each has a field of the one before.
func chain(n int) string {
	var s strings.Builder
	s.WriteString("    S0: {type: object}\n")
	for i := range n {
		fmt.Fprintf(&s, "    S%d: {type: object, properties: {a: {$ref: '#/components/schemas/S%d'}}}\n", i+1, i)
	}
	fmt.Fprintf(&s, "    A: {$ref: '#/components/schemas/S%d'}\n", n)
	return s.String()
}

func TestSchemasWithoutEndAreRefused(t *testing.T) {
	const itself = "the schema A holds itself, without an object or an array between that has a type"
	for name, test := range map[string]struct {
		schemas string
		want    string
	}{
		"allOf itself":                 {schemas: "    A: {allOf: [{$ref: '#/components/schemas/A'}]}\n", want: itself},
		"anyOf itself":                 {schemas: "    A: {anyOf: [{$ref: '#/components/schemas/A'}]}\n", want: itself},
		"oneOf itself":                 {schemas: "    A: {oneOf: [{$ref: '#/components/schemas/A'}]}\n", want: itself},
		"not itself":                   {schemas: "    A: {not: {$ref: '#/components/schemas/A'}}\n", want: itself},
		"itself, with a type":          {schemas: "    A: {type: object, allOf: [{$ref: '#/components/schemas/A'}]}\n", want: itself},
		"itself over another":          {schemas: "    A: {allOf: [{$ref: '#/components/schemas/B'}]}\n    B: {not: {$ref: '#/components/schemas/A'}}\n", want: "holds itself"},
		"a field without a type":       {schemas: "    A: {properties: {a: {$ref: '#/components/schemas/A'}}}\n", want: itself},
		"an item without a type":       {schemas: "    A: {items: {$ref: '#/components/schemas/A'}}\n", want: itself},
		"any field without a type":     {schemas: "    A: {additionalProperties: {$ref: '#/components/schemas/A'}}\n", want: itself},
		"a reference to itself":        {schemas: "    A: {$ref: '#/components/schemas/A'}\n", want: "unresolved ref"},
		"twice the one before, allOf":  {schemas: twice("{type: object}", "{allOf: [%s, %s]}"), want: "is made of more than 1000 others"},
		"twice the one before, anyOf":  {schemas: twice("{type: object}", "{anyOf: [%s, %s]}"), want: "is made of more than 1000 others"},
		"a chain of 3,000":             {schemas: chain(3000), want: "refer to each other more than 1000 deep"},
		"twice the one before, nested": {schemas: twice("{}", "{properties: {a: %s, b: %s}}"), want: "is made of more than 10000 others"},
	} {
		t.Run(name, func(t *testing.T) {
			contract := loadSpec(t, spec(test.schemas))
			findings := contract.Check(listing(t, `{}`))
			require.Equal(t, []string{"unusable-operation"}, checksOf(findings))
			assert.Contains(t, findings[0].Message, test.want)
		})
	}
}

// What has an end is loaded, however large it would be written out.
func TestLoadBoundsWhatIsWrittenOut(t *testing.T) {
	for name, schemas := range map[string]string{
		"a tree":                         "    A: {type: object, properties: {a: {$ref: '#/components/schemas/A'}}}\n",
		"a list of lists":                "    A: {type: object, properties: {a: {type: array, items: {$ref: '#/components/schemas/A'}}}}\n",
		"twice the one before, objects":  twice("{type: object}", "{type: object, properties: {a: %s, b: %s}}"),
		"twice the one before, in lists": twice("{type: object}", "{type: object, properties: {a: {type: array, items: %s}, b: %s}}"),
	} {
		t.Run(name, func(t *testing.T) {
			before := liveHeap()
			contract := loadSpec(t, spec(schemas))
			exchange := listing(t, `{"a":{"a":{"a":{}}}}`)
			exchange.RequestHeader.Set("Authorization", "Bearer x")
			coverage := contract.NewCoverage()
			coverage.Add(contract.Examine(exchange))
			assert.Less(t, coverage.Summary().Operations["images_list"].Total, 50_000)
			assert.Less(t, liveHeap()-before, int64(32*mib))
			runtime.KeepAlive(contract)
		})
	}
}

// A coverage remembers places of the contract, and none that only a body has.
func TestCoverageIsBounded(t *testing.T) {
	contract := testkit.Contract(t)
	coverage := contract.NewCoverage()
	nested := `{"images":[],"links":{},"meta":{"total":0},"x":` + strings.Repeat("[", 90) + strings.Repeat("]", 90) + "}"
	body := strings.ReplaceAll(nested, `"images":[]`, `"images":`+strings.Repeat("[", 90)+strings.Repeat("]", 90))
	result := contract.Examine(listing(t, body))
	coverage.Add(result)
	before := liveHeap()
	for range 100 {
		coverage.Add(result)
	}
	assert.Less(t, liveHeap()-before, int64(mib))
	assert.Positive(t, coverage.Summary().Operations["images_list"].Covered)
}

// A session remembers lists, images and actions, and no long text of any of them.
func TestSessionIsBoundedInBytes(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	number := strings.Repeat("1", 200_000)
	for name, exchangeOf := range map[string]func(i int) traffic.Exchange{
		"lists by query": func(i int) traffic.Exchange {
			const next = `{"pages":{"next":"https://api.digitalocean.com/v2/images?page=2"}}`
			body := `{"images":[` + testkit.Image(i) + `],"links":` + next + `,"meta":{"total":9000}}`
			return testkit.Exchange(t, fmt.Sprintf("GET /v2/images?tag_name=%s%d", long, i), 200, body, 100, 100)
		},
		"images by id": func(i int) traffic.Exchange {
			body := fmt.Sprintf(`{"image":{"id":%s%d,"type":"%s","created_at":"%s","status":"%s"}}`, number, i, long, long, long)
			return testkit.Exchange(t, "GET /v2/images/1", 200, body, 100, 100)
		},
		"actions": func(i int) traffic.Exchange {
			body := fmt.Sprintf(`{"action":{"id":%d,"status":"%s"}}`, i, long)
			return testkit.Exchange(t, "GET /v2/images/1/actions/1", 200, body, 100, 100)
		},
		"deletes": func(i int) traffic.Exchange {
			return testkit.Exchange(t, fmt.Sprintf("DELETE /v2/images/%d?x=%s", i, long), 204, "", 100, 100)
		},
		"items of lists": func(i int) traffic.Exchange {
			body := fmt.Sprintf(`{"images":[{"id":%s%d}],"links":{},"meta":{"total":9000}}`, number, i)
			return testkit.Exchange(t, "GET /v2/images", 200, body, 100, 100)
		},
	} {
		t.Run(name, func(t *testing.T) {
			contract, session := testkit.Contract(t), check.NewSession()
			session.Check(contract.Examine(exchangeOf(0)))
			before := liveHeap()
			for i := range 20 {
				session.Check(contract.Examine(exchangeOf(i + 1)))
			}
			assert.Less(t, liveHeap()-before, int64(mib), "20 exchanges of 200 KB and more")
			runtime.KeepAlive(session)
		})
	}
}

// However many lists are read at a time, what is remembered of all of them is bounded.
func TestSessionOfManyListsIsBounded(t *testing.T) {
	s := newSession(t)
	s.session.Limit(300)
	var body strings.Builder
	for i := range 200 {
		body.WriteString("," + testkit.Image(i))
	}
	page := `{"images":[` + body.String()[1:] + `],"links":{"pages":{"next":"https://api.digitalocean.com/v2/images?page=2"}},"meta":{"total":9000}}`
	checks := map[string]int{}
	for i := range 10 {
		request := fmt.Sprintf("GET /v2/images?per_page=200&tag_name=a%d", i)
		for _, name := range checksOf(s.add(testkit.Exchange(t, request, 200, page, 100-i, 100))) {
			checks[name]++
		}
	}
	assert.Equal(t, 1, checks["sequence-limit"], "ten lists of 200, far less than 300 lists or images")
}
