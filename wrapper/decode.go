package wrapper

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// decodeOptions tolerate what encoding/json tolerates. A client has to live with the responses that it gets; the
// contract checks are there to complain. Two defaults of encoding/json/v2 stay: names count as they are spelled, and
// data after the JSON value is an error.
var decodeOptions = json.JoinOptions(
	jsontext.AllowDuplicateNames(true),
	jsontext.AllowInvalidUTF8(true),
	jsonv1.MergeWithLegacySemantics(true),  // for duplicate objects and arrays, and for a null after a value
	jsonv1.ParseTimeWithLooseRFC3339(true), // such as 5:47 for 05:47
)

// Decode decodes the JSON of a response into a new T, such as a [gen.ImageList]. It is how a [Client] reads
// responses, for bodies that come from elsewhere: from [Client.API], a queue or a file.
//
// It is as tolerant as encoding/json, and takes half the time. Unknown fields are ignored, unknown values of an enum
// stay as they are, of duplicate names the last one counts, and invalid UTF-8 is replaced. Unlike with encoding/json,
// a name matches a field only if it is spelled the same, upper and lower case included. Unlike in a Client, values may
// take many times the memory of the body.
func Decode[T any](body []byte) (*T, error) {
	value := new(T)
	if err := decode(body, value); err != nil {
		return nil, err
	}
	return value, nil
}

// decode is [Decode] into a value that is there.
func decode(body []byte, value any) error { return json.Unmarshal(body, value, decodeOptions) }
