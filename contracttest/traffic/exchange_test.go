package traffic_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/traffic"
)

func TestBeganAfter(t *testing.T) {
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	assert.True(t, traffic.Exchange{Began: noon.Add(1)}.BeganAfter(noon))
	assert.True(t, traffic.Exchange{Began: noon}.BeganAfter(noon))
	assert.False(t, traffic.Exchange{Began: noon.Add(-1)}.BeganAfter(noon))
	assert.True(t, traffic.Exchange{}.BeganAfter(noon), "not known")
	assert.True(t, traffic.Exchange{Began: noon}.BeganAfter(time.Time{}), "not known")
}

func TestNormalized(t *testing.T) {
	given := traffic.Exchange{
		RequestHeader: http.Header{"content-type": {"application/json"}},
		Header: http.Header{
			"content-encoding": {"gzip"},
			"set-cookie":       {"a"},
			"Set-Cookie":       {"b"},
		},
		Body: compressed(t, "{}"),
	}
	got := given.Normalized()
	assert.Equal(t, &url.URL{}, got.URL)
	assert.Equal(t, http.Header{"Content-Type": {"application/json"}}, got.RequestHeader)
	assert.ElementsMatch(t, []string{"a", "b"}, got.Header.Values("Set-Cookie"))
	assert.Equal(t, "{}", string(got.Body))
	assert.Equal(t, http.Header{"content-type": {"application/json"}}, given.RequestHeader, "the given one is not changed")
	assert.Nil(t, given.URL)
	assert.Equal(t, got, got.Normalized(), "what is normal stays so")

	broken := traffic.Exchange{Header: http.Header{"Content-Encoding": {"gzip"}}, Body: []byte("\x1f\x8bx")}
	assert.Equal(t, broken.Body, broken.Normalized().Body, "what cannot be decompressed")
}
