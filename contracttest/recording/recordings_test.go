package recording_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
)

// reportedSource names a repository, an issue or a tutorial with its year. What only completes a session may come from
// documentation.
var reportedSource = regexp.MustCompile(`([\w.-]+[/-][\w.-]+|tutorial.*|notes of|Droplet).*\b20[12]\d\b|^published document`)

func TestRecordingsSayWhereTheyComeFrom(t *testing.T) {
	for _, file := range testkit.Cassettes(t) {
		exchanges := testkit.ReadAll(t, file)
		provenance, err := recording.ReadProvenance(file)
		require.NoError(t, err)

		name := strings.TrimSuffix(filepath.Base(file), ".cassette.yaml")
		dates := []string{provenance.Transcribed}
		if strings.HasPrefix(name, "reported_") {
			assert.Equal(t, recording.KindReported, provenance.Kind, file)
			assert.Empty(t, provenance.DocumentDate, "%s: each source has a date of its own", file)
		} else {
			assert.Equal(t, recording.KindDocumentation, provenance.Kind, file)
			assert.Equal(t, name, provenance.Operation)
			dates = append(dates, provenance.DocumentDate)
		}
		assert.NotEmpty(t, provenance.Document, file)
		assert.NotEmpty(t, provenance.Revision, file)
		for _, date := range dates {
			_, err := time.Parse(time.DateOnly, date)
			assert.NoError(t, err, file)
		}
		require.Len(t, provenance.Exchanges, len(exchanges), file)
		for i, origin := range provenance.Exchanges {
			assert.Equal(t, i, origin.Interaction, file)
			assert.Equal(t, exchanges[i].Status, origin.Status, "%s#%d", file, i)
			assert.NotEmpty(t, origin.Source, "%s#%d", file, i)
			if provenance.Kind == recording.KindReported {
				assert.Regexp(t, reportedSource, origin.Source, "%s#%d", file, i)
			}
		}
	}
}

func TestRecordingsHoldNoCredentials(t *testing.T) {
	for _, file := range testkit.Cassettes(t) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotRegexp(t, `Bearer [^\[]`, string(text), file)
		for _, secret := range []string{"dop_v1_", "doo_v1_", "dor_v1_", "Cookie"} {
			assert.NotContains(t, string(text), secret, file)
		}
	}
}

func TestReadRejectsCassettes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "directory.yaml"), 0o700))
	for name, file := range map[string]string{
		"missing.yaml":   filepath.Join(dir, "missing.yaml"),
		"directory.yaml": filepath.Join(dir, "directory.yaml"),
		"session.har":    write("session.har", "{}"),
		"broken.yaml":    write("broken.yaml", "version: 2\ninteractions: ["),
		"list.yaml":      write("list.yaml", "- version: 2\n- interactions: []\n"),
		"tabs.yaml":      write("tabs.yaml", "version: 2\n\tinteractions: []\n"),
		"other.yaml":     write("other.yaml", "version: 2\ninteractions: {}\n"),
	} {
		yielded := 0
		for exchange, err := range recording.Read(file) {
			yielded++
			if assert.Error(t, err, name) {
				assert.Contains(t, err.Error(), filepath.Base(file), name)
			}
			assert.Zero(t, exchange, name)
		}
		assert.Equal(t, 1, yielded, name)
	}
}
