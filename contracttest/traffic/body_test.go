package traffic_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/traffic"
)

func compressed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestDecompress(t *testing.T) {
	whole := compressed(t, `{"a":1}`)
	for name, test := range map[string]struct {
		encoding string
		body     []byte
		want     string
		fails    bool
	}{
		"plain":                             {body: []byte(`{"a":1}`), want: `{"a":1}`},
		"nothing":                           {encoding: "gzip"},
		"identity":                          {encoding: "identity", body: []byte(`{"a":1}`), want: `{"a":1}`},
		"gzip":                              {encoding: "gzip", body: whole, want: `{"a":1}`},
		"gzip in capitals":                  {encoding: "GZIP", body: whole, want: `{"a":1}`},
		"gzip with spaces":                  {encoding: " gzip ", body: whole, want: `{"a":1}`},
		"identity with spaces":              {encoding: " identity ", body: []byte("{\xff}"), want: "{\xff}"},
		"x-gzip":                            {encoding: "x-gzip", body: whole, want: `{"a":1}`},
		"decompressed by the archive":       {encoding: "gzip", body: []byte(`{"a":1}`), want: `{"a":1}`},
		"of another kind, and decompressed": {encoding: "br", body: []byte(`{"a":1}`), want: `{"a":1}`},
		"of another kind":                   {encoding: "br", body: []byte("\x8b\x05\x80{}\xff\x03"), want: "\x8b\x05\x80{}\xff\x03", fails: true},
		"gzip that no header names":         {body: whole, want: string(whole), fails: true},
		"truncated gzip":                    {encoding: "gzip", body: whole[:len(whole)-4], want: `{"a":1}`, fails: true},
		"gzip in name only":                 {encoding: "gzip", body: []byte("\x1f\x8b whatever"), fails: true},
		"neither gzip nor text":             {encoding: "gzip", body: []byte("\xff\xfe"), want: "\xff\xfe", fails: true},
		"gzip of gzip":                      {encoding: "gzip", body: compressed(t, string(whole)), want: string(whole), fails: true},
	} {
		got, ok := traffic.Decompress(http.Header{"Content-Encoding": {test.encoding}}, test.body)
		assert.Equal(t, !test.fails, ok, name)
		assert.Equal(t, test.want, string(got), name)
	}
}

// A few kilobytes can be gigabytes of zeros. Here they are not compressed, which makes the test quick.
func TestDecompressIsBounded(t *testing.T) {
	var member bytes.Buffer
	w, err := gzip.NewWriterLevel(&member, gzip.NoCompression)
	require.NoError(t, err)
	_, err = w.Write(make([]byte, 1<<20))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	large := bytes.Repeat(member.Bytes(), traffic.MaxBody>>20+1) // which gzip reads as one text
	got, ok := traffic.Decompress(http.Header{"Content-Encoding": {"gzip"}}, large)
	assert.True(t, ok)
	assert.Len(t, got, traffic.MaxBody+1)
}
