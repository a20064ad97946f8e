package recording_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/recording"
)

func FuzzReadCassette(f *testing.F) {
	whole, err := os.ReadFile("../recordings/images_delete.cassette.yaml")
	require.NoError(f, err)
	f.Add(whole)
	f.Add([]byte("version: 2\ninteractions:\n- request: {url: 'http://[', method: GET}\n  response: {code: 200}\n"))
	f.Add([]byte("interactions:\n- &a {request: *a}\n- request: {uri: /, method: GET}\n"))
	f.Add([]byte(`{"info":{},"variable":[{"key":"a","value":"{{a}}"}],"item":[{"response":[{"originalRequest":{"url":"{{a}}"},"code":200}]}]}`))
	files, err := filepath.Glob(makers + "*")
	require.NoError(f, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(text)
		var compressed bytes.Buffer
		w := gzip.NewWriter(&compressed)
		_, err = w.Write(text)
		require.NoError(f, errors.Join(err, w.Close()))
		f.Add(compressed.Bytes())
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(t.TempDir(), "fuzz.cassette.yaml")
		require.NoError(t, os.WriteFile(file, text, 0o600))
		for e, err := range recording.Read(file) {
			if err != nil {
				continue
			}
			if e.URL == nil || e.Method == "" || e.Status == 0 {
				t.Fatalf("an exchange that is none: %+v", e)
			}
		}
	})
}
