package plural_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/internal/plural"
)

func TestOf(t *testing.T) {
	assert.Equal(t, "0 images", plural.Of(0, "image"))
	assert.Equal(t, "1 image", plural.Of(1, "image"))
	assert.Equal(t, "2 images", plural.Of(2, "image"))
	assert.Equal(t, "1 entry", plural.Of(1, "entry"))
	assert.Equal(t, "2 entries", plural.Of(2, "entry"))
}
