package printyaml_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"example.com/doimages/contracttest/internal/printyaml"
)

func TestMarshal(t *testing.T) {
	given := map[string][]string{
		"plain":                {"a: b", "c\nd", ""},
		"hidden":               {"a\u202eb\u200bc\u00ad", "\U000e0041", "\u2028", "\x1b[31m", "tab\tand \\u202e"},
		"a key with\u2066more": {"x"},
	}
	text, err := printyaml.Marshal(given, 2)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		at := strings.IndexFunc(strings.TrimSuffix(line, "\n"), func(r rune) bool { return !unicode.IsGraphic(r) })
		assert.Negative(t, at, "%q", line)
	}
	assert.Contains(t, string(text), "plain:\n  - 'a: b'\n")
	var read map[string][]string
	require.NoError(t, yaml.Unmarshal(text, &read))
	assert.Equal(t, given, read)
}
