package recording_test

import (
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
	f.Fuzz(func(t *testing.T, text []byte) {
		file := filepath.Join(t.TempDir(), "fuzz.cassette.yaml")
		require.NoError(t, os.WriteFile(file, text, 0o600))
		for e, err := range recording.Read(file) {
			if err != nil {
				return
			}
			if e.URL == nil || e.Method == "" || e.Status == 0 {
				t.Fatalf("an exchange that is none: %+v", e)
			}
		}
	})
}
