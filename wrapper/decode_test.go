package wrapper_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// documented is an image with every field, as the API reference shows it.
const documented = `{"created_at":"2020-05-15T05:47:50.123456789Z","description":"d","distribution":"Ubuntu","error_message":"","id":7555620,` +
	`"min_disk_size":20,"name":"Nifty","public":true,"regions":["nyc3","nyc3","mars1"],"size_gigabytes":2.34,"slug":"nifty1",` +
	`"status":"available","tags":["base-image","prod"],"type":"snapshot"}`

// bodies are responses as they are documented, and as they should not be.
var bodies = []string{
	`{"images":[` + documented + `,` + documented + `],"links":{"pages":{"next":"https://api.digitalocean.com/v2/images?page=2"}},"meta":{"total":2}}`,
	`{"image":` + documented + `}`,
	`{"actions":[{"id":1,"status":"in-progress","type":"transfer","started_at":"2020-11-14T16:29:21Z","completed_at":null,"resource_id":null,` +
		`"resource_type":"image","region":{"name":"New York 3","slug":"nyc3","sizes":["s-1vcpu-1gb"],"features":[],"available":true},"region_slug":"nyc3"}],"meta":{"total":1}}`,
	`{"action":{"id":1,"status":"errored"}}`,
	`{"id":"not_found","message":"gone","request_id":"4d9d8375"}`,
	`{"transfer_id":0}`,

	// nothing, little, and trailing data
	``, ` `, `null`, `{}`, `[]`, `""`, `1`, `{`, `{"`, `{"images"`, `{"images":`, `{"images":[`, `{"images":[{`, `{"images":[]`, `{"images":[]}x`, ` { "images" : [ ] } `,
	"\ufeff{}", `{"images":[]} {}`, `{,}`, `{"images":[],}`, `{"images":[,]}`, `{"images":[{},]}`, `{"images":[{} {}]}`, `{"images":{}}`, `{"images":[[]]}`, `{"images":["a"]}`,
	`{"meta":{"total":1},,"links":{}}`, `{"meta" {"total":1}}`, `{"meta":{"total":1} "links":{}}`,

	// null, everywhere
	`{"images":null,"links":null,"meta":null}`, `{"images":[null,{}]}`, `{"image":null}`, `{"image":{"regions":[null,"nyc1"],"tags":null,"id":null,"created_at":null,"slug":null}}`,
	`{"image":{"id":nul}}`, `{"image":{"id":nullx}}`, `{"image":{"public":tru}}`, `{"image":{"public":false,"slug":""}}`, `{"image":{"tags":[],"regions":[]}}`,

	// names that are duplicate, spelled in another way, unknown or escaped
	`{"meta":{"total":1,"total":2}}`, `{"meta":{"total":1},"meta":{}}`, `{"image":{"tags":["a","b"],"tags":["c"]}}`, `{"image":{"slug":"a","slug":null}}`, `{"images":[{"id":1}],"images":[{"name":"a"}]}`,
	`{"META":{"Total":1}}`, `{"image":{"ſlug":"long s"}}`, `{"image":{"ID":5,"id":6}}`, `{"lin\u212as":{}}`, "{\"lin\u212as\":{\"pages\":{\"next\":\"a\"}}}", `{"m\u0065ta":{"total":3}}`, `{"":1,"me\u0000ta":2}`,
	`{"meta":{"total":1,"more":{"deep":[1,2.5e-3,true,false,null,"\ud83d\ude00",{"a":[]}]}},"extra":[[],{}]}`, `{"extra":[1,]}`, `{"extra":{"a":1,}}`, `{"extra":01}`, `{"extra":"` + "\x01" + `"}`, `{"extra":{1:2}}`,
	`{"extra":` + strings.Repeat(`[`, 900) + strings.Repeat(`]`, 900) + `}`,

	// numbers
	`{"image":{"id":9223372036854775807}}`, `{"image":{"id":9223372036854775808}}`, `{"image":{"id":-0}}`, `{"image":{"id":1.0}}`, `{"image":{"id":1e3}}`, `{"image":{"id":007}}`, `{"image":{"id":-}}`, `{"image":{"id":+1}}`, `{"image":{"id":"1"}}`, `{"image":{"id":1_0}}`,
	`{"image":{"min_disk_size":4294967296}}`, `{"image":{"size_gigabytes":1e400}}`, `{"image":{"size_gigabytes":1e-400}}`, `{"image":{"size_gigabytes":0.1e+2}}`, `{"image":{"size_gigabytes":.5}}`, `{"image":{"size_gigabytes":1.}}`, `{"image":{"size_gigabytes":-0.0}}`, `{"image":{"size_gigabytes":0x1p3}}`, `{"image":{"size_gigabytes":NaN}}`,
	`{"image":{"id":"9223372036854775807"}}`, `{"image":{"id":0.5}}`, `{"image":{"id":1E400}}`, `{"image":{"min_disk_size":1e1}}`, `{"extra":1e400}`, `{"extra":-1e-400}`,
	`{"image":{"size_gigabytes":0.1234567890123456789012345678901234567890}}`, `{"image":{"size_gigabytes":"1.5"}}`, `{"image":{"size_gigabytes":1e308}}`, `{"image":{"public":1}}`,

	// text
	`{"image":{"name":"a\"b\\c\/d\b\f\n\r\t\u00e9\ud83d\ude00\ud800"}}`, `{"image":{"name":"\x"}}`, `{"image":{"name":"\u12"}}`, `{"image":{"name":"é漢😀"}}`, "{\"image\":{\"name\":\"\xff\xc3\"}}", "{\"image\":{\"name\":\"a\tb\"}}", `{"image":{"name":"`, `{"image":{"name":"\`,
	"{\"image\":{\"name\":\"\x7f\u2028\"}}", `{"image":{"name":1}}`, `{"image":{"name":["a"]}}`, `{"image":{"tags":["a,b","]",""]}}`, `{"image":{"tags":"a"}}`, `{"image":{"type":"frozen","status":"new"}}`, `{"image":{"type":"cust\u006fm"}}`, `{"image":{"type":1}}`,
	`{"image":{"created_at":"2020-05-15"}}`, `{"image":{"created_at":"2020-05-15T05:47:50+02:00"}}`, `{"image":{"created_at":5}}`, `{"image":{"created_at":"2020-05-15T05:47:50\u005a"}}`, `{"image":{"created_at":"2020-13-15T05:47:50Z"}}`, `{"image":{"created_at":{}}}`,
	`{"image":{"created_at":"2020-05-15T5:47:50Z"}}`, `{"image":{"created_at":"2020-05-15T05:47:50,5Z"}}`, `{"image":{"created_at":"2020-05-15T05:47:50+24:00"}}`,
	`{"image":{"created_at":"2020-05-15t05:47:50z"}}`, `{"image":{"created_at":""}}`, `{"image":{"created_at":"null"}}`,
	"\v{}", "{\"meta\":\u00a0{}}", "{\x00}",
}

// duplicates are bodies with a name that is given again, once for each kind of value.
var duplicates = []string{
	// scalars
	`{"meta":{"total":1,"total":2}}`, `{"meta":{"total":1,"total":null}}`, `{"meta":{"total":null,"total":2}}`,
	`{"image":{"name":"a","name":"b"}}`, `{"image":{"name":"a","name":null}}`, `{"image":{"public":true,"public":null}}`,
	`{"image":{"public":true,"public":false}}`, `{"image":{"status":"new","status":null}}`, `{"image":{"status":"new","status":"pending"}}`,
	`{"image":{"created_at":"2020-05-15T05:47:50Z","created_at":"2021-05-15T05:47:50Z"}}`,
	`{"image":{"created_at":"2020-05-15T05:47:50Z","created_at":null}}`,
	`{"meta":{"total":1,"total":"a"}}`, `{"meta":{"total":"a","total":1}}`,
	// pointers
	`{"image":{"slug":"a","slug":null}}`, `{"image":{"slug":null,"slug":"a"}}`, `{"image":{"slug":"a","slug":"b"}}`,
	`{"image":{"min_disk_size":1,"min_disk_size":null}}`, `{"image":{"size_gigabytes":1.5,"size_gigabytes":2}}`,
	`{"action":{"completed_at":"2020-05-15T05:47:50Z","completed_at":null}}`,
	`{"action":{"completed_at":"2020-05-15T05:47:50Z","completed_at":"2021-05-15T05:47:50Z"}}`,
	// objects
	`{"meta":{"total":1},"meta":{}}`, `{"meta":{"total":1},"meta":null}`, `{"image":{"id":1},"image":{"name":"a"}}`,
	`{"image":{"id":1},"image":null}`, `{"links":{"pages":{"next":"a"}},"links":{"pages":{"prev":"b"}}}`,
	`{"links":{"pages":{"next":"a"}},"links":{"pages":null}}`,
	// arrays
	`{"image":{"tags":["a","b"],"tags":["c"]}}`, `{"image":{"tags":["a","b"],"tags":[]}}`, `{"image":{"tags":["a","b"],"tags":null}}`,
	`{"image":{"tags":["a","b"],"tags":[null,null,null]}}`, `{"image":{"tags":["a"],"tags":["b","c"]}}`,
	`{"images":[{"id":1}],"images":[{"name":"a"}]}`, `{"images":[{"id":1},{"id":2}],"images":[{"name":"a"}],"images":[{},{}]}`,
	`{"images":[{"id":1,"tags":["a"],"slug":"b"}],"images":[{"tags":[null,"c"],"slug":null}]}`, `{"images":[{"id":1}],"images":[null]}`,
	`{"images":[{"id":1}],"images":null}`,
	// maps, and values of no type
	`{"a":1,"a":2}`, `{"a":{"b":1},"a":{"c":2}}`, `{"a":{"b":1},"a":null}`, `{"a":[1,2],"a":[3]}`, `{"a":[{"b":1}],"a":[{"c":2}]}`,
}

// compareAll are the types that the tests decode into: those of responses, and others that callers may have.
var compareAll = []func(*testing.T, []byte){
	compareFields[gen.ImageList],
	compareFields[gen.ImageResponse],
	compareFields[gen.ActionList],
	compareFields[gen.ActionResponse],
	compareFields[gen.AccountTransferResponse],
	compareFields[gen.Error],
	compareFields[gen.Image],
	compare[gen.RegionSlug],
	compare[gen.ActionCreate], // has an UnmarshalJSON of its own, which keeps the JSON as it is
	compare[gen.AccountTransferCreate],
	compare[map[string]any],
	compare[map[string]map[string]int],
	compare[map[string]*int],
	compare[map[string][]int],
	compare[any],
}

// Decode does what encoding/json does, with two exceptions. Names count as they are spelled, and a time may have
// escapes. FuzzDecode has the same for whole bodies.
func TestDecodeIsAsTolerantAsEncodingJSON(t *testing.T) {
	t.Parallel()
	step := size(41, 1) // of truncated bodies
	for _, body := range slices.Concat(bodies, duplicates) {
		for end := 0; end < len(body); end += step {
			for _, compare := range compareAll {
				compare(t, []byte(body[:end]))
			}
		}
	}
}

// So deep may JSON be, and no deeper.
func TestDecodeOfDeepJSON(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		strings.Repeat(`{"extra":`, 2000) + `1` + strings.Repeat(`}`, 2000),
		`{"extra":` + strings.Repeat(`[`, 9999) + strings.Repeat(`]`, 9999) + `}`,
		`{"extra":` + strings.Repeat(`[`, 10000) + strings.Repeat(`]`, 10000) + `}`,
		`{"extra":` + strings.Repeat(`[`, 11000),
	} {
		compareFields[gen.ImageList](t, []byte(body))
	}
}

func FuzzDecode(f *testing.F) {
	for _, body := range slices.Concat(bodies, duplicates) {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, compare := range compareAll {
			compare(t, body)
		}
	})
}

// compare demands that Decode and encoding/json come to the same.
func compare[T any](t *testing.T, body []byte) {
	t.Helper()
	want := new(T)
	checkDecode(t, body, want, json.Unmarshal(body, want))
}

// compareFields does so for a type with fields, for which names count as they are spelled.
func compareFields[T any](t *testing.T, body []byte) {
	t.Helper()
	want := new(T)
	checkDecode(t, body, want, json.Unmarshal(withoutMisspelledNames(body), want))
}

func checkDecode[T any](t *testing.T, body []byte, want *T, wantErr error) {
	t.Helper()
	got, err := wrapper.Decode[T](bytes.Clone(body))
	if wantErr == nil {
		require.NoError(t, err, "%T from %q", want, body)
		require.Equal(t, want, got, "%T from %q", want, body)
		return
	}
	if err != nil {
		require.Nil(t, got, "%T from %q", want, body)
		return
	}
	assert.ErrorContains(t, wantErr, "parsing time", "%T from %q", want, body)
	assert.Contains(t, string(body), `\`, "%T from %q: only a time with escapes may differ", want, body)
}

// fields are the names that encoding/json may take another spelling for.
var fields = []string{
	"action", "actions", "available", "completed_at", "created_at", "description", "distribution", "error_message", "features",
	"first", "id", "image", "images", "last", "links", "message", "meta", "min_disk_size", "name", "next", "pages", "prev", "public",
	"region", "region_slug", "regions", "request_id", "resource_id", "resource_type", "size_gigabytes", "sizes", "slug", "started_at",
	"status", "tags", "total", "transfer_id", "type", "updated_at",
}

// withoutMisspelledNames returns a body in which names that only encoding/json takes for a field are taken for none.
// It is the body itself if there is no such name, or if it is not JSON.
func withoutMisspelledNames(body []byte) []byte {
	if !json.Valid(body) {
		return body
	}
	anything := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.PreserveRawStrings(true)}
	var out bytes.Buffer
	reader, writer := jsontext.NewDecoder(bytes.NewReader(body), anything...), jsontext.NewEncoder(&out, anything...)
	changed := false
	for {
		kind, length := reader.StackIndex(reader.StackDepth())
		token, err := reader.ReadToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return body
		}
		isName := kind == '{' && length%2 == 0 && token.Kind() == '"'
		if isName && slices.ContainsFunc(fields, func(field string) bool {
			return token.String() != field && strings.EqualFold(token.String(), field)
		}) {
			token, changed = jsontext.String("misspelled "+token.String()), true
		}
		if writer.WriteToken(token) != nil {
			return body
		}
	}
	if !changed {
		return body
	}
	return out.Bytes()
}

// A response whose names are spelled in another way holds none of the fields.
func TestNamesCountAsTheyAreSpelled(t *testing.T) {
	got, err := wrapper.Decode[gen.ImageResponse]([]byte(`{"image":{"ID":5,"id":6,"Name":"a","STATUS":"new"}}`))
	require.NoError(t, err)
	assert.Equal(t, gen.Image{ID: 6}, got.Image)
}

// The tests above know a misspelled name only if the list of fields is whole. It is compared to the tags of the types,
// since a value does not show a field that it may omit.
func TestFieldsAreThoseOfTheTypes(t *testing.T) {
	names := map[string]bool{}
	for _, of := range []reflect.Type{
		reflect.TypeFor[gen.ImageList](), reflect.TypeFor[gen.ImageResponse](), reflect.TypeFor[gen.ActionList](),
		reflect.TypeFor[gen.ActionResponse](), reflect.TypeFor[gen.AccountTransferResponse](), reflect.TypeFor[gen.Error](),
	} {
		collectFields(of, names)
	}
	assert.Equal(t, fields, slices.Sorted(maps.Keys(names)))
}

// collectFields adds the JSON names of all fields of a type, and of the types in it.
func collectFields(of reflect.Type, names map[string]bool) {
	switch of.Kind() {
	case reflect.Pointer, reflect.Slice:
		collectFields(of.Elem(), names)
	case reflect.Struct:
		for field := range of.Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
				names[name] = true
				collectFields(field.Type, names)
			}
		}
	}
}

// What was decoded holds no part of the body, which its owner may use again.
func TestDecodeKeepsNothingOfTheBody(t *testing.T) {
	body := []byte(bodies[0])
	got, err := wrapper.Decode[gen.ImageList](body)
	require.NoError(t, err)
	for i := range body {
		body[i] = '!'
	}
	var want gen.ImageList
	require.NoError(t, json.Unmarshal([]byte(bodies[0]), &want))
	assert.Equal(t, &want, got)
	got.Images[0].Regions = append(got.Images[0].Regions, "nyc1")
	got.Images[0].Tags = append(got.Images[0].Tags, "more")
	assert.Equal(t, want.Images[1], got.Images[1], "lists that share memory")
}

// A page of 200 images takes half the allocations that encoding/json makes, in each of these forms.
func TestDecodeAllocatesLittle(t *testing.T) {
	page := []byte(`{"images":[` + strings.Repeat(documented+",", 199) + documented + `],"links":{},"meta":{"total":200}}`)
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, page, "", "  "))
	for name, body := range map[string][]byte{
		"a page":              page,
		"with unknown fields": bytes.ReplaceAll(page, []byte(`"id"`), []byte(`"new_field":{"a":[1,null]},"id"`)),
		"with unknown values": bytes.ReplaceAll(page, []byte(`"available"`), []byte(`"thawing"`)),
		"with nulls":          bytes.ReplaceAll(page, []byte(`"nifty1"`), []byte(`null`)),
		"indented":            indented.Bytes(),
	} {
		allocations := testing.AllocsPerRun(5, func() {
			list, err := wrapper.Decode[gen.ImageList](body)
			if err != nil || len(list.Images) != 200 {
				t.Fatal(err)
			}
		})
		t.Logf("%s: %.1f allocations an image", name, allocations/200)
		assert.Less(t, allocations, 9*200.0, name)
	}
}

// A list that claims to be long must not take the memory that it would need.
func TestDecodeAllocatesWhatIsThere(t *testing.T) {
	for _, body := range []string{
		`{"images":[{},` + strings.Repeat(" ", 1<<20) + `{}]}`,
		`{"image":{"tags":[` + strings.Repeat(",", 1<<20) + `]}}`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = wrapper.Decode[gen.ImageList]([]byte(body))
		_, _ = wrapper.Decode[gen.ImageResponse]([]byte(body))
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(6<<20), "%.20s", body)
	}
}
