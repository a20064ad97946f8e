package gen_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
)

// Every field of the document survives decoding and encoding.
func TestImageSurvivesARoundTrip(t *testing.T) {
	for name, text := range map[string]string{
		"just created": `{"created_at":"2018-09-20T19:28:00Z","description":"","distribution":"Unknown OS","error_message":"","id":9007199254740993,
			"min_disk_size":null,"name":"a","public":false,"regions":[],"size_gigabytes":null,"slug":null,"status":"new","tags":null,"type":"custom"}`,
		"in full": `{"created_at":"2020-05-15T05:47:50.123456789Z","description":"d","distribution":"Ubuntu","error_message":"e","id":1,
			"min_disk_size":0,"name":"a","public":true,"regions":["nyc3","nyc3","mars1"],"size_gigabytes":1234567.891,"slug":"s","status":"thawing","tags":[],"type":"frozen"}`,
	} {
		t.Run(name, func(t *testing.T) {
			var image gen.Image
			require.NoError(t, json.Unmarshal([]byte(text), &image))
			again, err := json.Marshal(image)
			require.NoError(t, err)
			assert.JSONEq(t, text, string(again))
			if name == "just created" {
				assert.Equal(t, int64(1<<53+1), image.ID) // JSONEq rounds numbers, this does not
				assert.Contains(t, string(again), `"id":9007199254740993`)
			}
		})
	}
}

func TestUpdateDistinguishesEmptyFromAbsent(t *testing.T) {
	empty := ""
	text, err := json.Marshal(gen.ImageUpdate{Description: &empty})
	require.NoError(t, err)
	assert.Equal(t, `{"description":""}`, string(text))
}

func TestEnumConstantsCarryTheirType(t *testing.T) {
	assert.True(t, gen.ImageStatusNEW.Valid())
	assert.True(t, gen.DistributionFedoraAtomic.Valid())
	assert.True(t, gen.RegionSlugNyc3.Valid())
	assert.True(t, gen.ActionStatusInProgress.Valid())
	assert.False(t, gen.ImageStatus("new").Valid())
}
