package check_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// mutant is an exchange that was broken on purpose.
type mutant struct {
	operator string
	exchange traffic.Exchange
	in       string // the part that was broken
	pointer  string // where in it
	breaks   bool   // whether the result breaks the document; the others must pass
}

// mutator breaks one exchange in every way.
type mutator struct {
	t    *testing.T
	from traffic.Exchange
	root any // its body, decoded
	all  []mutant
}

// mutants breaks one exchange in every place by every operator.
func mutants(t *testing.T, e traffic.Exchange) []mutant {
	t.Helper()
	m := &mutator{t: t, from: e}
	m.breakHeaders()
	m.breakBudget()
	m.breakStatus()
	m.breakRequest()
	m.breakQuery()
	if len(e.Body) == 0 {
		m.add("body added", "body", "", true, testkit.SetBody(`{}`))
		return m.all
	}
	m.breakContentType()
	m.breakBody()
	m.root = testkit.Decode(t, e.Body)
	m.breakMeaning()
	each(m.root, responseSchema(t, e), nil, m.breakValue)
	m.breakTold()
	eachObject(m.root, nil, func(path []string) {
		at := append(slices.Clone(path), "undocumented")
		m.setAt("field added", at, true, json.Number("1"))
	})
	return m.all
}

// add adds a mutant. Whether a change breaks what the request asks for is found out here.
func (m *mutator) add(operator, in, pointer string, breaks bool, change func(*traffic.Exchange)) {
	e := m.from
	e.Header, e.RequestHeader = m.from.Header.Clone(), m.from.RequestHeader.Clone()
	change(&e)
	if !breaks {
		var skip bool
		if pointer, breaks, skip = comparedWithRequest(m.from, operator, pointer); skip {
			return
		}
	}
	m.all = append(m.all, mutant{operator: operator, exchange: e, in: in, pointer: pointer, breaks: breaks})
}

// setHeader adds a mutant with a header of another value.
func (m *mutator) setHeader(operator, in, name, value string) {
	m.add(operator, in, "", true, testkit.SetHeader(name, value))
}

// setBody adds a mutant with another body.
func (m *mutator) setBody(operator, pointer string, breaks bool, body []byte) {
	m.add(operator, "body", pointer, breaks, func(e *traffic.Exchange) { e.Body = body })
}

// setAt adds a mutant with another value in a place of its body.
func (m *mutator) setAt(operator string, path []string, breaks bool, value any) {
	m.setBody(operator, "/"+strings.Join(path, "/"), breaks, encode(m.t, replaced(m.root, path, value)))
}

// setText adds a mutant with a string in a place of its body as it is written there, valid or not.
func (m *mutator) setText(operator string, path []string, breaks bool, written string) {
	const mark = "@@@"
	body := bytes.Replace(encode(m.t, replaced(m.root, path, mark)), []byte(mark), []byte(written), 1)
	m.setBody(operator, "/"+strings.Join(path, "/"), breaks, body)
}

func replaced(root any, path []string, value any) any {
	return edit(root, path, func(any) (any, bool) { return value, true })
}

func dropped(root any, path []string) any {
	return edit(root, path, func(any) (any, bool) { return nil, false })
}

func (m *mutator) breakHeaders() {
	for _, name := range []string{"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", "Retry-After"} {
		if m.from.Header.Get(name) == "" {
			continue
		}
		in := "header " + strings.ToLower(name)
		m.setHeader("header as text", in, name, "many")
		m.setHeader("header as fraction", in, name, "1.5")
		m.setHeader("header beyond 64 bits", in, name, "9223372036854775808")
		m.add("header repeated", in, "", true, func(e *traffic.Exchange) { e.Header.Add(name, "5") })
		m.add("header repeated, the second wrong", in, "", true, func(e *traffic.Exchange) { e.Header.Add(name, "many") })
		m.add("header dropped", in, "", false, func(e *traffic.Exchange) { e.Header.Del(name) }) // none is required
	}
	if m.from.Header.Get("Ratelimit-Remaining") != "" {
		const in = "header ratelimit-remaining"
		m.setHeader("more remaining than the limit", in, "Ratelimit-Remaining", "-1")
		m.setHeader("more remaining than the limit", in, "Ratelimit-Remaining", "1000000")
	}
	for _, name := range []string{ // a letter off, or about the rate limit
		"Ratelimit-Limits", "Ratelimit_Remaining", "Rate-Limit-Reset", "Retri-After", "Ratelimit-Used",
	} {
		m.setHeader("header added", "header "+strings.ToLower(name), name, "1")
	}
	for _, name := range []string{"Via", "X-Undocumented", "X-Ratelimit-Limit", "Traceparent", "Cf-Worker", "Retry"} {
		m.add("header of a gateway added", "", "", false, testkit.SetHeader(name, "1.1 proxy"))
	}
	m.setHeader("length that is wrong", "body", "Content-Length", strconv.Itoa(len(m.from.Body)+1))
}

func (m *mutator) breakStatus() {
	setStatus := func(operator string, status int) {
		m.add(operator, "status", "", true, func(e *traffic.Exchange) { e.Status = status })
	}
	setStatus("status of a redirect", http.StatusTemporaryRedirect)
	setStatus("status of another success", http.StatusPartialContent)
	setStatus("status that is unknown", http.StatusTeapot)
}

func (m *mutator) breakRequest() {
	m.add("query parameter added", "request query undocumented", "", true, func(e *traffic.Exchange) {
		u := *e.URL
		u.RawQuery += "&undocumented=1"
		e.URL = &u
	})
	m.add("credentials dropped", "request header authorization", "", m.from.Status != http.StatusUnauthorized,
		func(e *traffic.Exchange) { e.RequestHeader.Del("Authorization") })
}

func (m *mutator) breakContentType() {
	const in, name = "header content-type", "Content-Type"
	m.setHeader("content type of a page", in, name, "text/html")
	m.add("content type repeated", in, "", true, func(e *traffic.Exchange) { e.Header.Add(name, "text/html") })
	m.add("content type dropped", in, "", true, func(e *traffic.Exchange) { e.Header.Del(name) })
	m.setHeader("charset of another time", in, name, "application/json; charset=latin1")
	m.add("charset of JSON", "", "", false, testkit.SetHeader(name, "application/json; charset=UTF-8"))

	length := strconv.Itoa(len(m.from.Body))
	m.add("length repeated", "header content-length", "", true, func(e *traffic.Exchange) {
		e.Header["Content-Length"] = []string{length, strconv.Itoa(len(e.Body) + 1)}
	})
	m.setHeader("length with a sign", "body", "Content-Length", "+"+length)
}

func (m *mutator) breakBody() {
	body := m.from.Body
	with := func(rest string) []byte { return append(bytes.Clone(body), rest...) }
	m.setBody("body emptied", "", true, nil)
	m.setBody("body as a page", "", true, []byte("<html></html>"))
	m.setBody("trailing data", "", true, with("{}"))
	for _, space := range []string{"\f", "\v", "\u00a0", "\u2028"} { // white space elsewhere, and not in JSON
		m.setBody("trailing data that looks like white space", "", true, with(space))
	}
	m.add("trailing white space", "", "", false, func(e *traffic.Exchange) { e.Body = with(" \n") })
	m.setBody("byte-order mark", "", true, append([]byte("\xef\xbb\xbf"), body...))
	for tenths := 1; tenths < 10; tenths++ {
		m.setBody("body truncated", "", true, bytes.TrimSpace(body[:len(body)*tenths/10]))
	}
	m.setBody("body as null", "", true, []byte("null"))
	m.setBody("body as a list", "", true, []byte("[]"))
}

// breakValue breaks the value in a place that a schema describes.
func (m *mutator) breakValue(path []string, value any, s *openapi3.Schema, required bool) {
	last := path[len(path)-1]
	if _, isItem := strconv.Atoi(last); isItem != nil {
		m.breakField(path, value, required)
	}
	m.setAt("value nulled", path, !s.Nullable, nil)
	setType := func(name string, other any) {
		if !s.Type.Is(name) { // a value of the type is broken by other operators
			m.setAt("value as "+name, path, true, other)
		}
	}
	setType("string", "text")
	setType("number", json.Number("1.5"))
	setType("boolean", true)
	setType("array", []any{})
	setType("object", map[string]any{})
	switch {
	case len(s.Enum) > 0:
		m.setAt("value out of the enum", path, true, "no such value")
	case s.Type.Is("integer"):
		m.breakInteger(path, s)
	case s.Format == "float":
		m.setAt("number beyond a float", path, true, json.Number("1e300"))
		m.setAt("number as integer", path, false, json.Number("2"))
	case s.Format == "date-time":
		m.breakDateTime(path)
	case s.Format == "uri":
		m.breakURI(path, fmt.Sprint(value))
	case s.Type.Is("string"):
		m.breakString(path)
	}
}

func (m *mutator) breakField(path []string, value any, required bool) {
	pointer := "/" + strings.Join(path, "/")
	parent, name := path[:len(path)-1], path[len(path)-1]
	m.setBody("field dropped", pointer, required, encode(m.t, dropped(m.root, path)))
	renamed := append(slices.Clone(parent), name+"_x")
	m.setBody("field renamed", pointer+"_x", true, encode(m.t, replaced(dropped(m.root, path), renamed, value)))
	m.setBody("field duplicated", pointer, true, duplicate(m.t, m.root, path, value))
}

func (m *mutator) breakInteger(path []string, s *openapi3.Schema) {
	m.setAt("integer beyond 64 bits", path, true, json.Number("9223372036854775808"))
	m.setAt("integer with a fraction", path, true, json.Number("1.0"))
	m.setAt("integer with an exponent", path, true, json.Number("1e3"))
	m.setAt("another integer", path, false, json.Number("7"))
	if strings.Join(path, "/") == "meta/total" {
		m.setAt("total below nothing", path, true, json.Number("-1"))
	}
	if s.Min != nil {
		m.setAt("below the minimum", path, true, json.Number(fmt.Sprint(*s.Min-1)))
		m.setAt("at the minimum", path, false, json.Number(fmt.Sprint(*s.Min)))
	}
}

func (m *mutator) breakDateTime(path []string) {
	for _, text := range []string{
		"2014-02-31T00:00:00Z", "2014-10-17T20:24:33", "2014-10-17", "1413577473", "", "2016-12-31T23:59:60Z",
		"2014-13-01T00:00:00Z", "2014-10-17T25:00:00Z", "2014-10-17T20:24:33+24:00", "2014-10-17T20:24:33-23:60",
	} {
		m.setAt("invalid date-time", path, true, text)
	}
	m.breakTime(path)
	m.setAt("date-time with another zone", path, false, "2014-10-17T20:24:33.5+02:00")
}

func (m *mutator) breakURI(path []string, link string) {
	for _, text := range []string{"", "page two", "/v2/images?page=2", "http://", "https://api.digitalocean.com/ v2"} {
		m.setAt("invalid URI", path, true, text)
	}
	if m.from.Status != http.StatusOK {
		return
	}
	replace := func(operator, old, new string) {
		m.setAt(operator, path, true, strings.Replace(link, old, new, 1))
	}
	replace("link to another host", "api.digitalocean.com", "evil.example")
	replace("link with plain http", "https:", "http:")
	replace("link to another list", "?", "s?")
	replace("link to another page", "?page=", "?page=9")
	m.setAt("link with another filter", path, true, link+"&tag_name=other")
	m.setAt("link with another size", path, true, link+"&per_page=199")
	m.breakLink(path, link)
}

func (m *mutator) breakString(path []string) {
	m.setAt("another string", path, false, "ünïcödé \"quoted\" �")
	for _, half := range []string{`\ud800`, `\udc00x`, `\ud83d\ud83d`, `\\\ud800`} {
		m.setText("unpaired surrogate", path, true, half)
	}
	for _, whole := range []string{`\ud83d\ude00`, `\\ud800`, `\ufffd`} {
		m.setText("a character as escapes", path, false, whole)
	}
	m.setText("invalid UTF-8", path, true, "a\xffb")
}

// comparedWithRequest reports whether a change that the document allows is found all the same, and where, since the
// response does not fit its request any more. Some changes of a total may or may not fit; they are left out.
func comparedWithRequest(e traffic.Exchange, operator, pointer string) (at string, breaks, skip bool) {
	if at, breaks, skip := comparedByMeaning(e, operator, pointer); at != "" {
		return at, breaks, skip
	}
	switch operator {
	case "another integer", "at the minimum":
		if pointer == "/meta/total" {
			return pointer, operator == "at the minimum", operator == "another integer"
		}
		return pointer, namesByID(e) && isIDOfRequest(e, pointer), false
	case "another string", "a character as escapes", "value nulled":
		at, breaks = comparedText(e, operator, pointer)
		return at, breaks, false
	case "field dropped":
		if !hasNextLink.Match(e.Body) || e.Status != http.StatusOK || !strings.HasPrefix(pointer+"/", "/links/") {
			return pointer, false, false
		}
		if pointer == "/links" || pointer == "/links/pages" {
			pointer = "/links/pages/next"
		}
		return pointer, true, false
	}
	return pointer, false, false
}

// comparedText does so for a text.
func comparedText(e traffic.Exchange, operator, pointer string) (at string, breaks bool) {
	if tag := tagsOfImage.FindString(pointer); tag != "" && e.URL.Query().Has("tag_name") {
		return tag, true
	}
	if operator != "value nulled" && isSlugOfPrivate(e, pointer) {
		return pointer, true
	}
	return pointer, pointer == "/image/slug" && !namesByID(e)
}

var (
	tagsOfImage = regexp.MustCompile(`^/images/\d+/tags`)
	hasNextLink = regexp.MustCompile(`"next": *"`)
)

// namesByID reports whether the request of an exchange names an image by its id.
func namesByID(e traffic.Exchange) bool {
	_, err := strconv.ParseInt(strings.Split(e.URL.Path+"///", "/")[3], 10, 64)
	return err == nil
}

// isIDOfRequest reports whether the value in a place is an id that the path of the request has.
func isIDOfRequest(e traffic.Exchange, pointer string) bool {
	if strings.HasSuffix(pointer, "/resource_id") {
		return true
	}
	return e.Method != http.MethodPost && (pointer == "/image/id" || pointer == "/action/id")
}

// responseSchema returns the schema of the body of a response.
func responseSchema(t testing.TB, e traffic.Exchange) *openapi3.Schema {
	t.Helper()
	route, _, err := router(t).FindRoute(&http.Request{Method: e.Method, URL: e.URL})
	require.NoError(t, err)
	response := route.Operation.Responses.Status(e.Status)
	if response == nil {
		response = route.Operation.Responses.Default()
	}
	return response.Value.Content["application/json"].Schema.Value
}
