package traffic_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

func TestIsImagesAPILeavesTheHostsAlone(t *testing.T) {
	hosts := []string{"a.example", "b.example", "c.example"}
	exchange := traffic.Exchange{}
	testkit.SetURL("https://localhost/v2/images")(&exchange)
	assert.True(t, traffic.IsImagesAPI(exchange, hosts[:1]...))
	testkit.SetURL("https://b.example/v2/images")(&exchange)
	assert.False(t, traffic.IsImagesAPI(exchange, hosts[:1]...))
	assert.Equal(t, []string{"a.example", "b.example", "c.example"}, hosts)
}
