package check_test

import (
	"strings"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

// bodyCases are bodies that are not the one JSON document they should be.
var bodyCases = map[string]exchangeCase{
	"a body that is not JSON": {
		file:   "images_get",
		change: testkit.SetBody(`<html>`),
		want: []string{
			"malformed-json: body: not valid JSON: invalid character '<' at start of value, at byte 0",
		},
	},
	"a truncated body": {
		file:   "images_get",
		change: testkit.SetBody(`{"image": {"id": 1`),
		want: []string{
			"malformed-json: body: not valid JSON: unexpected EOF, at byte 18",
		},
	},
	"an empty body": {
		file:   "images_get",
		change: testkit.SetBody(``),
		want: []string{
			"empty-body: body: empty",
		},
	},
	"trailing data": {
		file:   "images_get",
		index:  2,
		change: func(e *traffic.Exchange) { e.Body = append(e.Body, "{}"...) },
		want: []string{
			"trailing-data: body: trailing data after the JSON document, at byte 71",
		},
	},
	"an image after an error": {
		file:   "images_get",
		index:  2,
		change: func(e *traffic.Exchange) { e.Body = append(e.Body, `{"image":`+testkit.Image(1)+`}`...) },
		want: []string{
			"second-document: body: a second JSON document follows the first, that of a success",
		},
	},
	"a duplicate key": {
		file:   "images_get",
		change: testkit.ReplaceBody(`"id": 6918990`, `"id": 6918990, "id": 6918990`),
		want: []string{
			"duplicate-key: body /image/id: duplicate key: decoders disagree on which value counts",
		},
	},
	"invalid UTF-8": {
		file:   "images_get",
		change: testkit.ReplaceBody(`14.04 x64`, "14.04\xff x64"),
		want: []string{
			"invalid-utf8: body /image/name: not valid UTF-8",
		},
	},
	"a byte-order mark": {
		file:   "images_get",
		change: func(e *traffic.Exchange) { e.Body = append([]byte("\xef\xbb\xbf"), e.Body...) },
		want: []string{
			"byte-order-mark: body: begins with a byte-order mark, which JSON does not allow",
		},
	},
	"deep nesting": {
		file:   "images_get",
		change: testkit.ReplaceBody(`"tags": []`, `"tags": `+strings.Repeat("[", 200)+strings.Repeat("]", 200)),
		want: []string{
			"nesting: body /image/tags" + strings.Repeat("/0", 94) + "/…: nested more than 100 deep",
		},
	},
	"an unpaired surrogate": {
		file:   "images_get",
		change: testkit.ReplaceBody(`14.04 x64`, `14.04 \ud83d x64`),
		want: []string{
			`invalid-utf8: body /image/name: unpaired surrogate in a \u escape`,
		},
	},
	"a surrogate pair": {
		file:   "images_get",
		change: testkit.ReplaceBody(`14.04 x64`, `14.04 \ud83d\ude00 x64`),
	},
	"every fault of a body": {
		file:  "images_get",
		index: 1,
		change: func(e *traffic.Exchange) {
			testkit.ReplaceBody(`"min_disk_size": 20`, `"min_disk_size": 20, "min_disk_size": 20`)(e)
			testkit.ReplaceBody(`14.04 x64`, "14.04\xff x64")(e)
			testkit.ReplaceBody(`"description": ""`, `"description": "\udc00"`)(e)
			e.Body = append([]byte("\xef\xbb\xbf"), e.Body...)
			e.Body = append(e.Body, "\n\n null"...)
		},
		want: []string{
			"byte-order-mark: body: byte-order mark",
			"invalid-utf8: body /image/name: not valid UTF-8",
			"duplicate-key: body /image/min_disk_size: duplicate key",
			"invalid-utf8: body /image/description: unpaired surrogate",
			"trailing-data: body: at byte 529",
		},
	},
	"an invalid name": {
		file:   "images_get",
		change: testkit.ReplaceBody(`"tags": []`, `"tags": [], "a/\ud800": 1`),
		want: []string{
			"invalid-utf8: body /image/a~1\ufffd: unpaired surrogate",
			"undocumented-field: body /image/a~1\ufffd: does not know the field",
		},
	},
	"a duplicate key before the end of a truncated body": {
		file:   "images_get",
		change: testkit.SetBody(`{"image": {"id": 1, "id": 2`),
		want: []string{
			"duplicate-key: body /image/id: duplicate key",
			"malformed-json: body: unexpected EOF, at byte 27",
		},
	},
	"nesting that no decoder takes": {
		file:   "images_get",
		change: testkit.SetBody(strings.Repeat("[", 20_000)),
		want: []string{
			"nesting: body " + strings.Repeat("/0", 100) + "…: nested more than 100 deep",
			"malformed-json: body: exceeded max depth, at byte 10000",
		},
	},
	"a body of another kind after a byte-order mark": {
		file:   "images_get",
		change: testkit.SetBody("\xef\xbb\xbf<html>"),
		want: []string{
			"byte-order-mark: body: byte-order mark",
			"malformed-json: body: invalid character '<' at start of value, at byte 3",
		},
	},
	"a body of white space": {
		file:   "images_get",
		change: testkit.SetBody(" \t\r\n"),
		want: []string{
			"empty-body: body: empty",
		},
	},
	"a body of no white space in JSON": {
		file:   "images_get",
		change: testkit.SetBody("\u00a0"),
		want: []string{
			"malformed-json: body: not valid JSON: invalid character",
		},
	},
	"a body that is too large": {
		file: "images_get",
		change: func(e *traffic.Exchange) {
			e.Body = make([]byte, traffic.MaxBody+1)
		},
		want: []string{
			"size: body: larger than 32 MiB",
		},
	},
}
