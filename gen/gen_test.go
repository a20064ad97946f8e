package gen_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
	"example.com/doimages/openapi"
)

// Every field of the document survives decoding and encoding.
func TestImageSurvivesARoundTrip(t *testing.T) {
	for name, text := range map[string]string{
		"just created": `{"created_at":"2018-09-20T19:28:00Z","description":"","distribution":"Unknown OS","error_message":"","id":9007199254740993,
			"min_disk_size":null,"name":"a","public":false,"regions":[],"size_gigabytes":null,"slug":null,"status":"new","tags":null,"type":"custom"}`,
		"in full": `{"created_at":"2020-05-15T05:47:50.123456789Z","description":"d","distribution":"Ubuntu","error_message":"e","id":1,
			"min_disk_size":0,"name":"a","public":true,"regions":["nyc3","nyc3","mars1"],"size_gigabytes":1234567.891,"slug":"s","status":"thawing",
			"tags":[],"type":"frozen","updated_at":"2021-11-14T21:45:05Z"}`,
	} {
		t.Run(name, func(t *testing.T) {
			var image gen.Image
			require.NoError(t, json.Unmarshal([]byte(text), &image))
			again, err := json.Marshal(image)
			require.NoError(t, err)
			assert.JSONEq(t, text, string(again))
			if name == "in full" {
				for field, value := range reflect.ValueOf(image).Fields() {
					assert.False(t, value.IsZero(), "the text needs a value for %s", field.Name)
				}
			}
			if name == "just created" {
				assert.Equal(t, int64(1<<53+1), image.ID) // JSONEq rounds numbers, this does not
				assert.Contains(t, string(again), `"id":9007199254740993`)
			}
		})
	}
}

// What the document allows to be null is null in JSON, and is not left out.
func TestNullIsNotLeftOut(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	require.NoError(t, err)
	for schema, value := range map[string]any{"image": gen.Image{}, "action": gen.Action{}} {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		var fields map[string]any
		require.NoError(t, json.Unmarshal(text, &fields))
		for name, property := range doc.Components.Schemas[schema].Value.Properties {
			if property.Value.Nullable {
				assert.Contains(t, fields, name, "x-omitempty: false is missing in schema %s", schema)
			}
		}
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
