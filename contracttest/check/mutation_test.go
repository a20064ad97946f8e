package check_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// mutant is an exchange that was broken on purpose.
type mutant struct {
	operator string
	exchange traffic.Exchange
	in       string // the part that was broken
	pointer  string // where in it
	breaks   bool   // whether the result breaks the document; the others must pass
}

// TestMutationScore breaks every recorded response in every place by every operator. What breaks the contract must be
// found in its place, and what does not must pass. `make mutation` prints the score, beside that of plain kin-openapi.
func TestMutationScore(t *testing.T) {
	contract := testkit.Contract(t)
	plainKin := plainValidator(t)
	printed := os.Getenv("MUTATION") != ""
	type score struct{ mutants, killed, plain int }
	scores := map[string]*score{}
	var survivors []string
	total := score{}
	harmless := 0
	for _, file := range testkit.Cassettes(t) {
		exchanges := testkit.ReadAll(t, file)
		for _, exchange := range exchanges {
			baseline := contract.Check(exchange) // the status of default, and what the documentation's examples break
			for _, m := range mutants(t, exchange) {
				findings := contract.Check(m.exchange)
				if !m.breaks {
					harmless++
					findings = slices.DeleteFunc(findings, func(f check.Finding) bool { return slices.Contains(baseline, f) })
					assert.Empty(t, findings, "%s of %s in %s", m.operator, m.pointer, exchange.Source)
					continue
				}
				if scores[m.operator] == nil {
					scores[m.operator] = &score{}
				}
				s := scores[m.operator]
				s.mutants++
				total.mutants++
				breaksClients := strings.HasPrefix(m.operator, "value as ") || m.operator == "value nulled" || m.operator == "field dropped"
				if slices.ContainsFunc(findings, func(f check.Finding) bool {
					return f.In == m.in && f.Pointer == m.pointer && (f.Severity == check.Breaking || !breaksClients)
				}) {
					s.killed++
					total.killed++
				} else {
					survivors = append(survivors, fmt.Sprintf("%s of %s %s in %s: %v", m.operator, m.in, m.pointer, exchange.Source, findings))
				}
				if printed && plainKin(m.exchange) {
					s.plain++
					total.plain++
				}
			}
		}
	}
	assert.Empty(t, survivors)
	assert.Greater(t, total.mutants, 5000)
	assert.Greater(t, harmless, 100)

	out := io.Discard
	if printed {
		out = os.Stdout
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "operator\tmutants\tfound in place\tplain kin-openapi finds any fault\t")
	for _, operator := range slices.Sorted(maps.Keys(scores)) {
		s := scores[operator]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t\n", operator, s.mutants, s.killed, s.plain)
	}
	fmt.Fprintf(table, "all\t%d\t%d (%.1f %%)\t%d (%.1f %%)\t\n", total.mutants, total.killed, percent(total.killed, total.mutants), total.plain, percent(total.plain, total.mutants))
	require.NoError(t, table.Flush())
	fmt.Fprintf(out, "%d harmless changes, none of them flagged; %d survivors\n", harmless, len(survivors))
	for _, s := range survivors {
		fmt.Fprintln(out, "survived:", s)
	}
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(whole) }

// mutants breaks one exchange in every way.
func mutants(t *testing.T, e traffic.Exchange) []mutant {
	t.Helper()
	var all []mutant
	add := func(operator, in, pointer string, breaks bool, change func(*traffic.Exchange)) {
		m := e
		m.Header, m.RequestHeader = e.Header.Clone(), e.RequestHeader.Clone()
		change(&m)
		if !breaks {
			var skip bool
			if pointer, breaks, skip = heldAgainstTheRequest(e, operator, pointer); skip {
				return
			}
		}
		all = append(all, mutant{operator, m, in, pointer, breaks})
	}
	setBody := func(body []byte) func(*traffic.Exchange) {
		return func(m *traffic.Exchange) { m.Body = body }
	}

	for _, name := range []string{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", "Retry-After"} {
		if e.Header.Get(name) == "" {
			continue
		}
		in := "header " + strings.ToLower(name)
		for operator, value := range map[string]string{"header as text": "many", "header as fraction": "1.5", "header beyond 64 bits": "9223372036854775808"} {
			add(operator, in, "", true, func(m *traffic.Exchange) { m.Header.Set(name, value) })
		}
		add("header twice", in, "", true, func(m *traffic.Exchange) { m.Header.Add(name, "5") })
		add("header twice, the second wrong", in, "", true, func(m *traffic.Exchange) { m.Header.Add(name, "many") })
		add("header dropped", in, "", false, func(m *traffic.Exchange) { m.Header.Del(name) }) // none is required
	}
	if e.Header.Get("Ratelimit-Remaining") != "" {
		for _, value := range []string{"-1", "1000000"} {
			add("more left than there is", "header ratelimit-remaining", "", true, func(m *traffic.Exchange) { m.Header.Set("Ratelimit-Remaining", value) })
		}
	}
	add("header added", "header x-undocumented", "", true, func(m *traffic.Exchange) { m.Header.Set("X-Undocumented", "1") })
	add("header of a proxy added", "", "", false, func(m *traffic.Exchange) { m.Header.Set("Via", "1.1 proxy") })
	add("status of a redirect", "status", "", true, func(m *traffic.Exchange) { m.Status = 307 })
	add("status of another success", "status", "", true, func(m *traffic.Exchange) { m.Status = 206 })
	add("status that is unknown", "status", "", true, func(m *traffic.Exchange) { m.Status = 418 })
	add("query parameter added", "request query undocumented", "", true, func(m *traffic.Exchange) {
		u := *m.URL
		u.RawQuery += "&undocumented=1"
		m.URL = &u
	})
	add("credentials dropped", "request header authorization", "", e.Status != 401, func(m *traffic.Exchange) { m.RequestHeader.Del("Authorization") })
	add("length that lies", "body", "", true, func(m *traffic.Exchange) { m.Header.Set("Content-Length", strconv.Itoa(len(m.Body)+1)) })

	if len(e.Body) == 0 {
		add("body added", "body", "", true, setBody([]byte(`{}`)))
		return all
	}
	add("content type of a page", "header content-type", "", true, func(m *traffic.Exchange) { m.Header.Set("Content-Type", "text/html") })
	add("content type twice", "header content-type", "", true, func(m *traffic.Exchange) { m.Header.Add("Content-Type", "text/html") })
	add("length twice", "header content-length", "", true, func(m *traffic.Exchange) {
		m.Header["Content-Length"] = []string{strconv.Itoa(len(m.Body)), strconv.Itoa(len(m.Body) + 1)}
	})
	add("length with a sign", "body", "", true, func(m *traffic.Exchange) { m.Header.Set("Content-Length", "+"+strconv.Itoa(len(m.Body))) })
	add("content type dropped", "header content-type", "", true, func(m *traffic.Exchange) { m.Header.Del("Content-Type") })
	add("charset of another time", "header content-type", "", true, func(m *traffic.Exchange) { m.Header.Set("Content-Type", "application/json; charset=latin1") })
	add("charset of JSON", "", "", false, func(m *traffic.Exchange) { m.Header.Set("Content-Type", "application/json; charset=UTF-8") })
	add("body emptied", "body", "", true, setBody(nil))
	add("body as a page", "body", "", true, setBody([]byte("<html></html>")))
	add("bytes behind the body", "body", "", true, setBody(append(bytes.Clone(e.Body), "{}"...)))
	for _, space := range []string{"\f", "\v", "\u00a0", "\u2028"} {
		add("what is no space behind the body", "body", "", true, setBody(append(bytes.Clone(e.Body), space...)))
	}
	add("space behind the body", "", "", false, setBody(append(bytes.Clone(e.Body), " \n"...)))
	add("byte-order mark", "body", "", true, setBody(append([]byte("\xef\xbb\xbf"), e.Body...)))
	for cut := 1; cut < 10; cut++ {
		add("body truncated", "body", "", true, setBody(bytes.TrimSpace(e.Body[:len(e.Body)*cut/10])))
	}
	add("body as null", "body", "", true, setBody([]byte("null")))
	add("body as a list", "body", "", true, setBody([]byte("[]")))

	schema := responseSchema(t, e)
	root := testkit.Decode(t, e.Body)
	each(root, schema, nil, func(path []string, value any, s *openapi3.Schema, required bool) {
		pointer := "/" + strings.Join(path, "/")
		replace := func(operator string, breaks bool, with any) {
			add(operator, "body", pointer, breaks, setBody(encode(t, edit(root, path, func(any) (any, bool) { return with, true }))))
		}
		last := path[len(path)-1]
		if _, notInList := strconv.Atoi(last); notInList != nil {
			without := encode(t, edit(root, path, func(any) (any, bool) { return nil, false }))
			add("field dropped", "body", pointer, required, setBody(without))
			renamed := edit(edit(root, path, func(any) (any, bool) { return nil, false }), append(slices.Clone(path[:len(path)-1]), last+"_x"), func(any) (any, bool) { return value, true })
			add("field renamed", "body", pointer+"_x", true, setBody(encode(t, renamed)))
			add("field twice", "body", pointer, true, setBody(duplicate(t, root, path, value)))
		}
		replace("value nulled", !s.Nullable, nil)
		for name, other := range map[string]any{"string": "text", "number": json.Number("1.5"), "boolean": true, "array": []any{}, "object": map[string]any{}} {
			if s.Type.Is(name) {
				continue // a value of the type, which other operators break
			}
			replace("value as "+name, true, other)
		}
		switch {
		case len(s.Enum) > 0:
			replace("value out of the enum", true, "no such value")
		case s.Type.Is("integer"):
			replace("integer beyond 64 bits", true, json.Number("9223372036854775808"))
			replace("integer as fraction", true, json.Number("1.0"))
			replace("integer as power", true, json.Number("1e3"))
			replace("another integer", false, json.Number("7"))
			if pointer == "/meta/total" {
				replace("total below nothing", true, json.Number("-1"))
			}
			if s.Min != nil {
				replace("below the minimum", true, json.Number(fmt.Sprint(*s.Min-1)))
				replace("at the minimum", false, json.Number(fmt.Sprint(*s.Min)))
			}
		case s.Format == "float":
			replace("number beyond a float", true, json.Number("1e300"))
			replace("number as integer", false, json.Number("2"))
		case s.Format == "date-time":
			for _, text := range []string{"2014-02-31T00:00:00Z", "2014-10-17T20:24:33", "2014-10-17", "1413577473", "", "2016-12-31T23:59:60Z", "2014-13-01T00:00:00Z", "2014-10-17T25:00:00Z",
				"2014-10-17T20:24:33+24:00", "2014-10-17T20:24:33-23:60"} {
				replace("date-time that is none", true, text)
			}
			replace("date-time with another zone", false, "2014-10-17T20:24:33.5+02:00")
		case s.Format == "uri":
			for _, text := range []string{"", "page two", "/v2/images?page=2", "http://", "https://api.digitalocean.com/ v2"} {
				replace("URI that is none", true, text)
			}
			if text := fmt.Sprint(value); e.Status == 200 {
				replace("link to another host", true, strings.Replace(text, "api.digitalocean.com", "evil.example", 1))
				replace("link in the clear", true, strings.Replace(text, "https:", "http:", 1))
				replace("link to another list", true, strings.Replace(text, "?", "s?", 1))
				replace("link to another page", true, strings.Replace(text, "?page=", "?page=9", 1))
				replace("link with another filter", true, text+"&tag_name=other")
				replace("link with another size", true, text+"&per_page=199")
			}
		case s.Type.Is("string"):
			replace("another string", false, "ünïcödé \"quoted\" �")
			for _, half := range []string{`\ud800`, `\udc00x`, `\ud83d\ud83d`, `\\\ud800`} {
				add("half a character", "body", "", true, setBody(bytes.Replace(encode(t, edit(root, path, func(any) (any, bool) { return "@@@", true })), []byte("@@@"), []byte(half), 1)))
			}
			for _, whole := range []string{`\ud83d\ude00`, `\\ud800`, `\ufffd`} {
				add("a character as escapes", "body", pointer, false, setBody(bytes.Replace(encode(t, edit(root, path, func(any) (any, bool) { return "@@@", true })), []byte("@@@"), []byte(whole), 1)))
			}
			add("invalid UTF-8", "body", "", true, setBody(bytes.Replace(encode(t, edit(root, path, func(any) (any, bool) { return "@@@", true })), []byte("@@@"), []byte("a\xffb"), 1)))
		}
	})
	eachObject(root, nil, func(path []string) {
		at := append(slices.Clone(path), "undocumented")
		add("field added", "body", "/"+strings.Join(at, "/"), true, setBody(encode(t, edit(root, at, func(any) (any, bool) { return json.Number("1"), true }))))
	})
	return all
}

// heldAgainstTheRequest tells where a change that the document allows is found all the same, since the answer does not
// fit its request any more. Some changes of a total may or may not fit; they are left out.
func heldAgainstTheRequest(e traffic.Exchange, operator, pointer string) (at string, breaks, skip bool) {
	id := strings.Split(e.URL.Path+"///", "/")[3]
	_, slug := strconv.ParseInt(id, 10, 64)
	next := regexp.MustCompile(`"next": *"`).Match(e.Body)
	switch operator {
	case "another integer", "at the minimum":
		if pointer == "/meta/total" {
			return pointer, operator == "at the minimum", operator == "another integer"
		}
		isID := pointer == "/image/id" && e.Method != "POST" || pointer == "/action/id" && e.Method != "POST" || strings.HasSuffix(pointer, "/resource_id")
		return pointer, isID && slug == nil, false
	case "another string", "a character as escapes", "value nulled":
		if tag := regexp.MustCompile(`^/images/\d+/tags`).FindString(pointer); tag != "" && e.URL.Query().Has("tag_name") {
			return tag, true, false
		}
		return pointer, pointer == "/image/slug" && slug != nil, false
	case "field dropped":
		if strings.HasPrefix(pointer+"/", "/links/") && e.Status == 200 && next {
			if pointer == "/links" || pointer == "/links/pages" {
				pointer = "/links/pages/next"
			}
			return pointer, true, false
		}
	}
	return pointer, false, false
}

func responseSchema(t *testing.T, e traffic.Exchange) *openapi3.Schema {
	t.Helper()
	route, _, err := router(t).FindRoute(&http.Request{Method: e.Method, URL: e.URL})
	require.NoError(t, err)
	response := route.Operation.Responses.Status(e.Status)
	if response == nil {
		response = route.Operation.Responses.Default()
	}
	return response.Value.Content["application/json"].Schema.Value
}

// routerOfDocument is made once, since it takes some milliseconds and every exchange asks for it.
var routerOfDocument = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	return gorillamux.NewRouter(doc)
})

func router(t *testing.T) routers.Router {
	t.Helper()
	r, err := routerOfDocument()
	require.NoError(t, err)
	return r
}

// each calls f for every value below the root that a schema without branches describes.
func each(value any, s *openapi3.Schema, path []string, f func([]string, any, *openapi3.Schema, bool)) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			property := s.Properties[key].Value
			at := append(slices.Clone(path), key)
			f(at, value[key], property, slices.Contains(s.Required, key))
			each(value[key], property, at, f)
		}
	case []any:
		for i, item := range value {
			at := append(slices.Clone(path), strconv.Itoa(i))
			f(at, item, s.Items.Value, false)
			each(item, s.Items.Value, at, f)
		}
	}
}

func eachObject(value any, path []string, f func([]string)) {
	switch value := value.(type) {
	case map[string]any:
		f(path)
		for _, key := range slices.Sorted(maps.Keys(value)) {
			eachObject(value[key], append(slices.Clone(path), key), f)
		}
	case []any:
		for i, item := range value {
			eachObject(item, append(slices.Clone(path), strconv.Itoa(i)), f)
		}
	}
}

// edit returns a copy of a document with the value in a place replaced, or dropped where change says so.
func edit(value any, path []string, change func(any) (any, bool)) any {
	switch value := value.(type) {
	case map[string]any:
		object := maps.Clone(value)
		if len(path) > 1 {
			object[path[0]] = edit(object[path[0]], path[1:], change)
		} else if with, keep := change(object[path[0]]); keep {
			object[path[0]] = with
		} else {
			delete(object, path[0])
		}
		return object
	case []any:
		list := slices.Clone(value)
		i, _ := strconv.Atoi(path[0])
		if len(path) > 1 {
			list[i] = edit(list[i], path[1:], change)
		} else {
			list[i], _ = change(list[i])
		}
		return list
	}
	return value
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return text
}

// duplicate writes a field twice, with the same value.
func duplicate(t *testing.T, root any, path []string, value any) []byte {
	t.Helper()
	key, text := encode(t, path[len(path)-1]), encode(t, value)
	marked := encode(t, edit(root, path, func(any) (any, bool) { return "@@@", true }))
	return bytes.Replace(marked, []byte(`"@@@"`), append(append(append(append(bytes.Clone(text), ','), key...), ':'), text...), 1)
}

// plainValidator returns whether kin-openapi's own ValidateRequest and ValidateResponse find anything, with every
// option that makes them stricter.
func plainValidator(t *testing.T) func(traffic.Exchange) bool {
	t.Helper()
	r := router(t)
	return func(e traffic.Exchange) bool {
		ctx := context.Background()
		request, err := http.NewRequestWithContext(ctx, e.Method, e.URL.String(), bytes.NewReader(e.RequestBody))
		require.NoError(t, err)
		request.Header = e.RequestHeader.Clone()
		route, params, err := r.FindRoute(request)
		if err != nil {
			return true
		}
		options := &openapi3filter.Options{MultiError: true, IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
		input := &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route, Options: options}
		if openapi3filter.ValidateRequest(ctx, input) != nil {
			return true
		}
		return openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
			RequestValidationInput: input, Status: e.Status, Header: e.Header, Body: io.NopCloser(bytes.NewReader(e.Body)), Options: options,
		}) != nil
	}
}
