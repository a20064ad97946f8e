package gen_test

import (
	"bytes"
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
)

const image = `{"created_at":"2020-05-15T05:47:50.123456789Z","description":"d","distribution":"Ubuntu","error_message":"","id":7555620,` +
	`"min_disk_size":20,"name":"Nifty","public":true,"regions":["nyc3","nyc3","mars1"],"size_gigabytes":2.34,"slug":"nifty1",` +
	`"status":"available","tags":["base-image","prod"],"type":"snapshot"}`

// texts are bodies as they are documented, and as they should not be.
var texts = []string{
	`{"images":[` + image + `,` + image + `],"links":{"pages":{"next":"https://api.digitalocean.com/v2/images?page=2"}},"meta":{"total":2}}`,
	`{"image":` + image + `}`,
	`{"actions":[{"id":1,"status":"in-progress","type":"transfer","started_at":"2020-11-14T16:29:21Z","completed_at":null,"resource_id":null,` +
		`"resource_type":"image","region":{"name":"New York 3","slug":"nyc3","sizes":["s-1vcpu-1gb"],"features":[],"available":true},"region_slug":"nyc3"}],"meta":{"total":1}}`,
	`{"action":{"id":1,"status":"errored"}}`,
	`{"id":"not_found","message":"gone","request_id":"4d9d8375"}`,
	`{"transfer_id":0}`,

	// nothing, little, and too much
	``, ` `, `null`, `{}`, `[]`, `""`, `1`, `{`, `{"`, `{"images"`, `{"images":`, `{"images":[`, `{"images":[{`, `{"images":[]`, `{"images":[]}x`, ` { "images" : [ ] } `,
	"\ufeff{}", `{"images":[]} {}`, `{,}`, `{"images":[],}`, `{"images":[,]}`, `{"images":[{},]}`, `{"images":[{} {}]}`, `{"images":{}}`, `{"images":[[]]}`, `{"images":["a"]}`,
	`{"meta":{"total":1},,"links":{}}`, `{"meta" {"total":1}}`, `{"meta":{"total":1} "links":{}}`,

	// null, everywhere
	`{"images":null,"links":null,"meta":null}`, `{"images":[null,{}]}`, `{"image":null}`, `{"image":{"regions":[null,"nyc1"],"tags":null,"id":null,"created_at":null,"slug":null}}`,
	`{"image":{"id":nul}}`, `{"image":{"id":nullx}}`, `{"image":{"public":tru}}`, `{"image":{"public":false,"slug":""}}`, `{"image":{"tags":[],"regions":[]}}`,

	// keys that come twice, in other letters, unknown or written in another way
	`{"meta":{"total":1,"total":2}}`, `{"meta":{"total":1},"meta":{}}`, `{"image":{"tags":["a","b"],"tags":["c"]}}`, `{"image":{"slug":"a","slug":null}}`, `{"images":[{"id":1}],"images":[{"name":"a"}]}`,
	`{"META":{"Total":1}}`, `{"image":{"ſlug":"long s"}}`, `{"image":{"ID":5,"id":6}}`, `{"lin\u212as":{}}`, "{\"lin\u212as\":{\"pages\":{\"next\":\"a\"}}}", `{"m\u0065ta":{"total":3}}`, `{"":1,"me\u0000ta":2}`,
	`{"meta":{"total":1,"more":{"deep":[1,2.5e-3,true,false,null,"\ud83d\ude00",{"a":[]}]}},"extra":[[],{}]}`, `{"extra":[1,]}`, `{"extra":{"a":1,}}`, `{"extra":01}`, `{"extra":"` + "\x01" + `"}`, `{"extra":{1:2}}`,
	`{"extra":` + strings.Repeat(`[`, 900) + strings.Repeat(`]`, 900) + `}`, `{"extra":` + strings.Repeat(`[`, 11000) + strings.Repeat(`]`, 11000) + `}`, strings.Repeat(`{"extra":`, 2000) + `1` + strings.Repeat(`}`, 2000),

	// numbers
	`{"image":{"id":9223372036854775807}}`, `{"image":{"id":9223372036854775808}}`, `{"image":{"id":-0}}`, `{"image":{"id":1.0}}`, `{"image":{"id":1e3}}`, `{"image":{"id":007}}`, `{"image":{"id":-}}`, `{"image":{"id":+1}}`, `{"image":{"id":"1"}}`, `{"image":{"id":1_0}}`,
	`{"image":{"min_disk_size":4294967296}}`, `{"image":{"size_gigabytes":1e400}}`, `{"image":{"size_gigabytes":1e-400}}`, `{"image":{"size_gigabytes":0.1e+2}}`, `{"image":{"size_gigabytes":.5}}`, `{"image":{"size_gigabytes":1.}}`, `{"image":{"size_gigabytes":-0.0}}`, `{"image":{"size_gigabytes":0x1p3}}`, `{"image":{"size_gigabytes":NaN}}`,

	// text
	`{"image":{"name":"a\"b\\c\/d\b\f\n\r\t\u00e9\ud83d\ude00\ud800"}}`, `{"image":{"name":"\x"}}`, `{"image":{"name":"\u12"}}`, `{"image":{"name":"é漢😀"}}`, "{\"image\":{\"name\":\"\xff\xc3\"}}", "{\"image\":{\"name\":\"a\tb\"}}", `{"image":{"name":"`, `{"image":{"name":"\`,
	"{\"image\":{\"name\":\"\x7f\u2028\"}}", `{"image":{"name":1}}`, `{"image":{"name":["a"]}}`, `{"image":{"tags":["a,b","]",""]}}`, `{"image":{"tags":"a"}}`, `{"image":{"type":"frozen","status":"new"}}`, `{"image":{"type":"cust\u006fm"}}`, `{"image":{"type":1}}`,
	`{"image":{"created_at":"2020-05-15"}}`, `{"image":{"created_at":"2020-05-15T05:47:50+02:00"}}`, `{"image":{"created_at":5}}`, `{"image":{"created_at":"2020-05-15T05:47:50\u005a"}}`, `{"image":{"created_at":"2020-13-15T05:47:50Z"}}`, `{"image":{"created_at":{}}}`,
	"\v{}", "{\"meta\":\u00a0{}}", "{\x00}",
}

// The one promise of Decode: what json.Unmarshal makes of a body, and nothing else.
func TestDecodeIsUnmarshal(t *testing.T) {
	for _, text := range texts {
		for end := range len(text) + 1 {
			if end%7 != 0 && end < len(text)-1 && len(text) > 80 || end > 1000 && end%997 != 0 && end < len(text)-1 {
				continue // of the long ones not every byte
			}
			compareAll(t, []byte(text[:end]))
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) { compareAll(t, body) })
}

func compareAll(t *testing.T, body []byte) {
	t.Helper()
	compare[gen.ImageList](t, body)
	compare[gen.ImageResponse](t, body)
	compare[gen.ActionList](t, body)
	compare[gen.ActionResponse](t, body)
	compare[gen.AccountTransferResponse](t, body)
	compare[gen.Error](t, body)
	compare[gen.Image](t, body)
	compare[gen.RegionSlug](t, body)
	compare[map[string]any](t, body) // of no type of ours
}

func compare[T any](t *testing.T, body []byte) {
	t.Helper()
	want := new(T)
	wantErr := json.Unmarshal(body, want)
	got, err := gen.Decode[T](bytes.Clone(body))
	require.Equal(t, wantErr, err, "%T from %q", *want, body)
	require.Equal(t, want, got, "%T from %q", *want, body)
}

// What was decoded holds no part of the body, which its owner may use again.
func TestDecodeKeepsNothingOfTheBody(t *testing.T) {
	body := []byte(texts[0])
	got, err := gen.Decode[gen.ImageList](body)
	require.NoError(t, err)
	for i := range body {
		body[i] = '!'
	}
	var want gen.ImageList
	require.NoError(t, json.Unmarshal([]byte(texts[0]), &want))
	assert.Equal(t, &want, got)
	got.Images[0].Regions = append(got.Images[0].Regions, "nyc1")
	got.Images[0].Tags = append(got.Images[0].Tags, "more")
	assert.Equal(t, want.Images[1], got.Images[1], "lists that share memory")
}

// Bodies as they are documented are read without help from encoding/json, which would take ten allocations an image.
func TestDecodeTakesTheFastWay(t *testing.T) {
	page := []byte(`{"images":[` + strings.Repeat(image+",", 199) + image + `],"links":{},"meta":{"total":200}}`)
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
			list, err := gen.Decode[gen.ImageList](body)
			if err != nil || len(list.Images) != 200 {
				t.Fatal(err)
			}
		})
		assert.Less(t, allocations, 3.5*200, name)
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
		_, _ = gen.Decode[gen.ImageList]([]byte(body))
		_, _ = gen.Decode[gen.ImageResponse]([]byte(body))
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(6<<20), "%.20s", body)
	}
}
