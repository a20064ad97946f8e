package check

import (
	"fmt"
	"mime"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/doimages/contracttest/internal/redact"
)

// demandMediaType returns what the contract has for a media type. If it has nothing, that is filed, and
// nil is returned.
func (c *checker) demandMediaType(in, kind string, documented openapi3.Content) *openapi3.MediaType {
	media := mediaTypeOf(kind, documented)
	if media == nil {
		c.add("content-type", in, nil, fmt.Sprintf("%q is not what the contract has", redact.Shorten(kind)))
		return nil
	}
	return media
}

// mediaTypeOf returns what fits a media type best of what is documented, or nil: the same type with
// the same parameters, the same type, a range such as application/*, and then */*. Case does not
// count, nor do parameters that only one of the two has: a charset that is wrong is filed by itself.
func mediaTypeOf(kind string, documented openapi3.Content) (best *openapi3.MediaType) {
	_, parameters, _ := mime.ParseMediaType(kind)
	base := bareType(kind)
	closest := 0
	for key, media := range documented {
		for entry := range strings.SplitSeq(key, ",") { // kin-openapi refuses lists that overlap
			if n := closeness(entry, base, parameters); n > closest {
				closest, best = n, media
			}
		}
	}
	return best
}

// bareType returns a media type in lower case without its parameters, which may be wrong.
func bareType(kind string) string {
	base, _, _ := strings.Cut(strings.ToLower(kind), ";")
	return strings.TrimSpace(base)
}

// closeness returns how well a documented range fits a media type: 0 if not at all. More is better.
func closeness(entry, base string, parameters map[string]string) int {
	documented, wanted, err := mime.ParseMediaType(strings.TrimSpace(entry))
	kind, _, isWhole := strings.Cut(base, "/")
	switch {
	case err != nil || !isWhole:
		return 0
	case documented == base:
		for name, value := range wanted {
			if !strings.EqualFold(parameters[name], value) {
				return 3
			}
		}
		return 4 + len(wanted)
	case documented == kind+"/*":
		return 2
	case documented == "*/*":
		return 1
	}
	return 0
}

// addNotJSON files that a body of a type that is documented, and is not JSON, is not judged.
func (c *checker) addNotJSON(in, kind string) {
	message := fmt.Sprintf("a body of %q is not judged: only JSON is", redact.Shorten(kind))
	c.addAs("unjudged", Note, in, nil, message)
}

// isJSON reports whether a media type is that of JSON, which is all that can be judged.
func isJSON(kind string) bool {
	base := bareType(kind)
	return base == "application/json" || base == "text/json" || strings.HasSuffix(base, "+json")
}
