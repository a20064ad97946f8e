package fakeapi_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
)

func TestParseFaultReadsChoices(t *testing.T) {
	fault, err := fakeapi.ParseFault("images_list:page=3,after=1,count=2,status=500,probability=0.25,seed=7")
	require.NoError(t, err)
	fault.Do = fakeapi.Effect{}
	assert.Equal(t, fakeapi.Fault{
		Operation:   "images_list",
		Page:        3,
		After:       1,
		Count:       2,
		Probability: 0.25,
		Seed:        7,
	}, fault)
	for _, text := range []string{
		"*:hourly=-1h", "*:total=-1", "*:html,probability=0", "*:html,probability=1", "*:html,page=0",
		"*:redirect=https://a.invalid/?a=b",
	} {
		fault, err := fakeapi.ParseFault(text)
		assert.NoError(t, err)
		assert.Empty(t, fault.Operation)
	}
}

func TestParseFaultRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"images_list":                     "it is written operation:effect",
		"image_list:html":                 `there is no operation "image_list"`,
		":html":                           `there is no operation ""`,
		"*:":                              "neither an effect nor a choice",
		"*:page=1":                        "it has no effect",
		"images_get:html,page=1":          "images_get has no pages",
		"*:html,reset":                    "it has two effects",
		"*:status=200":                    "not from 300 to 599",
		"*:status":                        "invalid syntax",
		"*:delay=2":                       "missing unit",
		"*:html,seed=-1":                  "invalid syntax",
		"*:html,page=-1":                  "less than 0",
		"*:html,after=-1":                 "less than 0",
		"*:html,count=-1":                 "less than 0",
		"*:html,probability=-0.1":         "not from 0 to 1",
		"*:html,probability=1.1":          "not from 0 to 1",
		"*:html,probability=NaN":          "not from 0 to 1",
		"*:html,probability=often":        "invalid syntax",
		"*:burst=-1s":                     "less than 0",
		"*:delay=-1s":                     "less than 0",
		"*:slow=-1s":                      "less than 0",
		"*:oversize=-1":                   "less than 0",
		"*:add=-1":                        "less than 0",
		"*:remove=-1":                     "less than 0",
		"*:html=1":                        "it takes no value",
		"*:html=":                         "it takes no value",
		"*:stall=1s":                      "it takes no value",
		"*:reset=1":                       "it takes no value",
		"*:lose-answer=1":                 "it takes no value",
		"*:reset-after-headers=1":         "it takes no value",
		"*:truncate=1":                    "it takes no value",
		"*:malformed=1":                   "it takes no value",
		"*:gzip=1":                        "it takes no value",
		"*:unknown-enum=1":                "it takes no value",
		"*:extra-field=1":                 "it takes no value",
		"imageActions_post:fail-action=1": "it takes no value",
		"images_list:fail-action":         "images_list: fail-action concerns only imageActions_post",
		"imageActions_post:fail-import":   "imageActions_post: fail-import concerns only images_create_custom",
		"*:fail-import,page=1":            "images_create_custom has no pages",
	} {
		_, err := fakeapi.ParseFault(text)
		if assert.ErrorContains(t, err, want, text) {
			assert.Contains(t, err.Error(), "fault \""+text+"\"")
		}
	}
}
