package recording

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// harText is a text, or a number or a literal as it is written. Anything else counts as absent: Firefox writes an
// object for a text that it has not loaded.
type harText struct {
	text string
	has  bool
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (t *harText) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	*t = harText{}
	switch decoder.PeekKind() {
	case jsontext.KindBeginObject, jsontext.KindBeginArray, jsontext.KindNull:
		return decoder.SkipValue()
	}
	token, err := decoder.ReadToken()
	if err != nil {
		return err
	}
	*t = harText{text: token.String(), has: true}
	return nil
}

// harOptions read an entry as tools write it: names count as HAR spells them, and nothing else is refused.
var harOptions = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// harMaker says who made an archive.
type harMaker struct {
	Name harText `json:"name"`
}

// harProvenance is the provenance of an archive that a [Copy] wrote, in a field of its own.
type harProvenance struct {
	Kind         harText `json:"kind"`
	BaseURL      harText `json:"base_url"`
	Document     harText `json:"document"`
	Revision     harText `json:"revision"`
	DocumentDate harText `json:"document_date"`
	Transcribed  harText `json:"transcribed"`
	Note         harText `json:"note"`
}
