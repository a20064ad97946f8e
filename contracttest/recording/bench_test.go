package recording_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/recording"
)

// BenchmarkReadHAR reads an archive of 100 MB. It is read twice, so that it can be read in the order of time; the
// second figure is what it takes to read it once and keep nothing.
func BenchmarkReadHAR(b *testing.B) {
	const size = 100 << 20
	file := filepath.Join(b.TempDir(), "large.har")
	archive, err := os.Create(file)
	require.NoError(b, err)
	w := bufio.NewWriter(archive)
	_, _ = fmt.Fprint(w, `{"log":{"entries":[`)
	entry := entryOf(`{"status":200,"headers":[],"content":{"size":20000,"text":"` + strings.Repeat(`{\"a\":1}\n`, 2_500) + `"}}`)
	for n := 0; n < size; n += len(entry) {
		if n > 0 {
			_, _ = fmt.Fprint(w, ",")
		}
		_, _ = fmt.Fprint(w, entry)
	}
	_, _ = fmt.Fprint(w, `]}}`)
	require.NoError(b, w.Flush())
	require.NoError(b, archive.Close())

	b.Run("in order of time", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			for _, err := range recording.Read(file) {
				require.NoError(b, err)
			}
		}
	})
	b.Run("once", func(b *testing.B) {
		b.SetBytes(size)
		for b.Loop() {
			archive, err := os.Open(file)
			require.NoError(b, err)
			require.NoError(b, jsontext.NewDecoder(archive).SkipValue())
			require.NoError(b, archive.Close())
		}
	})
}
