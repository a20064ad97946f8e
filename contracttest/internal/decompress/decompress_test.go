package decompress_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/decompress"
	"example.com/doimages/contracttest/traffic"
)

// text is longer than what compressors send as it is.
var text = `{"images":[` + strings.Repeat(`{"name":"ünïcödé"},`, 20) + `{}]}`

var writers = map[string]func(io.Writer) io.WriteCloser{
	"br":   func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
	"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"zlib": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
	"zstd": func(w io.Writer) io.WriteCloser {
		encoder, _ := zstd.NewWriter(w)
		return encoder
	},
	"flate": func(w io.Writer) io.WriteCloser {
		encoder, _ := flate.NewWriter(w, flate.BestCompression)
		return encoder
	},
}

func compressed(t *testing.T, form, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := writers[form](&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func encoded(coding string) http.Header { return http.Header{"Content-Encoding": {coding}} }

func TestBody(t *testing.T) {
	for name, test := range map[string]struct {
		coding string
		form   string
	}{
		"br":                    {coding: "br", form: "br"},
		"br in capitals":        {coding: " BR", form: "br"},
		"zstd":                  {coding: "zstd", form: "zstd"},
		"deflate":               {coding: "deflate", form: "zlib"},
		"deflate, without zlib": {coding: "deflate", form: "flate"},
		"gzip":                  {coding: "gzip", form: "gzip"},
		"gzip with a space":     {coding: "gzip ", form: "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, want := range []string{text, "{}", "<html>"} {
				body := compressed(t, test.form, want)
				got, ok := decompress.Body(encoded(test.coding), body)
				assert.True(t, ok, want)
				assert.Equal(t, want, string(got))

				got, ok = decompress.Body(encoded(test.coding), []byte(want))
				assert.True(t, ok, "decompressed by the archive")
				assert.Equal(t, want, string(got))
			}
			body := compressed(t, test.form, text)
			_, ok := decompress.Body(encoded(test.coding), body[:len(body)/2])
			assert.False(t, ok, "truncated")
			got, ok := decompress.Body(encoded(test.coding), nil)
			assert.True(t, ok, "nothing")
			assert.Empty(t, got)
		})
	}
	body := compressed(t, "br", text)
	got, ok := decompress.Body(encoded("compress"), body)
	assert.False(t, ok, "of another kind")
	assert.Equal(t, body, got)
}

// A few kilobytes can be gigabytes of zeros.
func TestBodyIsBounded(t *testing.T) {
	large := strings.Repeat("\x00", traffic.MaxBody+1000)
	for coding, form := range map[string]string{"br": "br", "zstd": "zstd", "deflate": "zlib"} {
		got, ok := decompress.Body(encoded(coding), compressed(t, form, large))
		assert.True(t, ok, coding)
		assert.Len(t, got, traffic.MaxBody+1, coding)
	}
}

func TestNormalized(t *testing.T) {
	for coding, form := range map[string]string{"br": "br", "zstd": "zstd", "deflate": "flate", "gzip": "gzip"} {
		body := compressed(t, form, text)
		got, ok := decompress.Normalized(traffic.Exchange{Header: http.Header{"content-encoding": {coding}}, Body: body})
		assert.True(t, ok, coding)
		assert.Equal(t, text, string(got.Body), coding)
		again, ok := decompress.Normalized(got)
		assert.True(t, ok, coding)
		assert.Equal(t, got, again, "what is normal stays so")

		got, ok = decompress.Normalized(traffic.Exchange{Header: encoded(coding), Body: body[:len(body)/2]})
		assert.False(t, ok, coding)
		assert.Equal(t, body[:len(body)/2], got.Body, "what cannot be decompressed")
	}
	for name, header := range map[string]http.Header{"no coding": nil, "identity": encoded("identity")} {
		got, ok := decompress.Normalized(traffic.Exchange{Header: header, Body: []byte("\xff")})
		assert.True(t, ok, "%s: it is not compressed, and for the checks to judge", name)
		assert.Equal(t, "\xff", string(got.Body), name)
	}
	got, ok := decompress.Normalized(traffic.Exchange{Header: encoded("gzip"), Body: compressed(t, "gzip", "{\xff}")})
	assert.True(t, ok, "whatever the text is")
	assert.Equal(t, "{\xff}", string(got.Body))
}
