package recording_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/recording"
)

// packed returns a text in gzip.
func packed(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// zipped returns files in a zip.
func zipped(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		file, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(file, text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// wide returns a text in UTF-16.
func wide(t *testing.T, order binary.AppendByteOrder, text string) []byte {
	t.Helper()
	var b []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, unit)
	}
	return b
}

// A recording is known by what is in it: its name says nothing.
func TestReadPackedFiles(t *testing.T) {
	text := archiveOf(entryOf(`{"status":404,"content":{"size":9,"text":"{\"a\":\"ü😀\"}"}}`))
	cassette, err := os.ReadFile(makers + "govcr1.yaml")
	require.NoError(t, err)
	bare := strings.TrimSuffix(text, "\n")
	for name, content := range map[string][]byte{
		"plain":                     []byte(text),
		"a byte order mark":         []byte("\xef\xbb\xbf" + text),
		"gzip":                      packed(t, []byte(text)),
		"zip":                       zipped(t, map[string]string{"x/session.har": text, "notes.txt": "x"}),
		"gzip in a zip":             zipped(t, map[string]string{"session.har.gz": string(packed(t, []byte(text)))}),
		"UTF-16, little":            wide(t, binary.LittleEndian, "\ufeff"+text),
		"UTF-16, big":               wide(t, binary.BigEndian, "\ufeff"+text),
		"UTF-16, little, unmarked":  wide(t, binary.LittleEndian, bare),
		"UTF-16, big, unmarked":     wide(t, binary.BigEndian, bare),
		"UTF-16 in gzip":            packed(t, wide(t, binary.LittleEndian, "\ufeff"+text)),
		"a cassette":                cassette,
		"a cassette in gzip":        packed(t, cassette),
		"a cassette after a mark":   append([]byte("\xef\xbb\xbf"), cassette...),
		"a cassette in a zip":       zipped(t, map[string]string{"a.yaml": string(cassette)}),
		"a cassette in wide UTF-16": wide(t, binary.LittleEndian, "\ufeff"+string(cassette)),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "session.txt")
			require.NoError(t, os.WriteFile(file, content, 0o600))
			for range 2 {
				exchanges, omitted, err := collect(t, recording.Read(file))
				require.NoError(t, err)
				assert.Empty(t, omitted)
				require.Len(t, exchanges, 1)
				assert.Equal(t, "session.txt#0", exchanges[0].Source)
				if !strings.HasPrefix(name, "a cassette") {
					assert.Equal(t, `{"a":"ü😀"}`, string(exchanges[0].Body))
				}
			}
			exchanges, _, err := collect(t, recording.Reader{}.ReadStream(bytes.NewReader(content), "stdin"))
			require.NoError(t, err)
			require.Len(t, exchanges, 1)
			assert.Equal(t, "stdin#0", exchanges[0].Source)
			assert.Empty(t, exchanges[0].File)
		})
	}
}

// Damage to a packed file is an error, and no end of a recording.
func TestReadDamagedFiles(t *testing.T) {
	text := []byte(archiveOf(entryOf(`{"status":404,"content":{"size":2,"text":"{}"}}`)))
	whole := packed(t, text)
	zip := zipped(t, map[string]string{"session.har": string(text)})
	for name, content := range map[string][]byte{
		"a truncated gzip":  whole[:len(whole)-20],
		"no gzip":           whole[:5],
		"a truncated zip":   zip[:len(zip)-10],
		"half of a unit":    append(wide(t, binary.LittleEndian, string(text[:len(text)/2])), 'x'),
		"a truncated plain": text[:len(text)/2],
	} {
		file := filepath.Join(t.TempDir(), "session.har")
		require.NoError(t, os.WriteFile(file, content, 0o600))
		_, _, err := collect(t, recording.Read(file))
		assert.ErrorContains(t, err, "session.har: ", name)
	}
}

// Several archives in a zip are read one after the other, and named by the zip and their paths in it: two folders may
// have files of one name.
func TestReadAZipOfArchives(t *testing.T) {
	text := archiveOf(entryOf(`{"status":404,"content":{"size":2,"text":"{}"}}`))
	file := filepath.Join(t.TempDir(), "all.zip")
	require.NoError(t, os.WriteFile(file, zipped(t, map[string]string{"b/a.har": text, "a/a.har": text, "c.json": text}), 0o600))
	exchanges, _, err := collect(t, recording.Read(file))
	require.NoError(t, err)
	require.Len(t, exchanges, 2)
	assert.Equal(t, "all.zip/a/a.har#0", exchanges[0].Source)
	assert.Equal(t, "all.zip/b/a.har#0", exchanges[1].Source)
	assert.Equal(t, file, exchanges[0].File)
}

// The bodies of an archive are read from its folder, or from its zip, and from nowhere else.
func TestReadBodiesBesideAnArchive(t *testing.T) {
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret.json")
	require.NoError(t, os.WriteFile(secret, []byte(`{"secret":1}`), 0o600))
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "bodies"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "bodies", "a.json"), []byte(`{"a":1}`), 0o600))
	require.NoError(t, os.Symlink("bodies/a.json", filepath.Join(folder, "inside.json")))
	require.NoError(t, os.Symlink(secret, filepath.Join(folder, "link.json")))
	require.NoError(t, os.Symlink(outside, filepath.Join(folder, "linked")))
	for name, test := range map[string]struct {
		reason recording.Reason // empty if it is read
		zipped recording.Reason // in a zip, which has bodies/a.json alone
	}{
		"bodies/a.json":                      {},
		"./bodies/a.json":                    {},
		"inside.json":                        {zipped: recording.NoBody},
		"missing.json":                       {reason: recording.NoBody, zipped: recording.NoBody},
		"link.json":                          {reason: recording.Unusable, zipped: recording.NoBody},
		"linked/secret.json":                 {reason: recording.Unusable, zipped: recording.NoBody},
		"bodies":                             {reason: recording.Unreadable, zipped: recording.NoBody},
		"../" + filepath.Base(outside):       {reason: recording.Unusable, zipped: recording.Unusable},
		"bodies/../../x.json":                {reason: recording.Unusable, zipped: recording.Unusable},
		filepath.ToSlash(secret):             {reason: recording.Unusable, zipped: recording.NoBody},
		"bodies/../bodies/a.json":            {},
		"..\\x.json":                         {reason: recording.NoBody, zipped: recording.NoBody},
		strings.Repeat("x", 5_000) + ".json": {reason: recording.Unusable, zipped: recording.NoBody},
	} {
		t.Run(name, func(t *testing.T) {
			quoted := strings.ReplaceAll(name, `\`, `\\`)
			text := archiveOf(entryOf(`{"status":404,"content":{"size":-1,"_file":"` + quoted + `"}}`))
			file := filepath.Join(folder, "session.har")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			packed := filepath.Join(folder, "session.har.zip")
			files := map[string]string{"har.har": text, "bodies/a.json": `{"a":1}`}
			require.NoError(t, os.WriteFile(packed, zipped(t, files), 0o600))
			for file, want := range map[string]recording.Reason{file: test.reason, packed: test.zipped} {
				exchanges, omitted, err := collect(t, recording.Read(file))
				require.NoError(t, err)
				if want != "" {
					assert.Equal(t, map[string]recording.Reason{"0": want}, omitted, file)
					continue
				}
				if assert.Len(t, exchanges, 1, file) {
					assert.Equal(t, `{"a":1}`, string(exchanges[0].Body))
				}
			}
		})
	}
}

// What is kept in a temporary file is gone afterwards, also when a caller stops early.
func TestReadLeavesNoTemporaryFile(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	entry := entryOf(`{"status":404,"content":{"size":2,"text":"{}"}}`)
	file := filepath.Join(t.TempDir(), "session.har.gz")
	require.NoError(t, os.WriteFile(file, packed(t, []byte(archiveOf(entry, entry))), 0o600))
	for _, err := range recording.Read(file) {
		require.NoError(t, err)
		if runtime.GOOS != "windows" { // where a file that is open keeps its name
			left, err := os.ReadDir(folder)
			require.NoError(t, err)
			assert.Empty(t, left, "whatever ends the program now leaves nothing")
		}
		break
	}
	_, _, err := collect(t, recording.Read(file))
	require.NoError(t, err)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)
}
