package recording

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/go-json-experiment/json"
)

// decodeBase64 returns what a text encodes in one of the forms of Base64 that makers write: with padding or without,
// for URLs or not, with line ends in it. Polly.JS writes a list of them, one for each chunk that it received. A text
// that is none of these is taken for the body itself: some makers name the encoding and do not apply it.
func decodeBase64(text string) []byte {
	if body, ok := fromBase64(text); ok {
		return body
	}
	if body, ok := chunks(text, fromBase64); ok {
		return body
	}
	return []byte(text)
}

func fromBase64(text string) ([]byte, bool) {
	text = strings.TrimRight(strings.Map(withoutSpace, text), "=")
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if body, err := encoding.DecodeString(text); err == nil {
			return body, true
		}
	}
	return nil, false
}

func withoutSpace(r rune) rune {
	if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
		return -1
	}
	return r
}

// decodePollyHex returns what Polly.JS before version 5 wrote of a compressed body: a list of its chunks in hexadecimal
// digits, without an encoding. Only what then begins as gzip does is taken for that.
//
// https://netflix.github.io/pollyjs
func decodePollyHex(text string) ([]byte, bool) {
	if !strings.HasPrefix(text, `["1f8b`) {
		return nil, false
	}
	return chunks(text, func(chunk string) ([]byte, bool) {
		body, err := hex.DecodeString(chunk)
		return body, err == nil
	})
}

// chunks decodes a JSON array of texts, and joins what comes of them.
func chunks(text string, decode func(string) ([]byte, bool)) ([]byte, bool) {
	var list []string
	if !strings.HasPrefix(text, "[") || json.Unmarshal([]byte(text), &list) != nil || len(list) == 0 {
		return nil, false
	}
	var joined bytes.Buffer
	for _, chunk := range list {
		body, ok := decode(chunk)
		if !ok {
			return nil, false
		}
		joined.Write(body)
	}
	return joined.Bytes(), true
}
