package check

import (
	"mime"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// mediaTypeOf returns what fits a media type best of what is documented, or nil: the same type with
// the same parameters, the same type, a range such as application/*, and then */*. Case does not
// count, nor do parameters that only one of the two has: a charset that is wrong is filed by itself.
func mediaTypeOf(kind string, documented openapi3.Content) (best *openapi3.MediaType) {
	base, parameters, err := mime.ParseMediaType(kind)
	if err != nil && base == "" { // it may be readable but for its parameters
		base, _, _ = strings.Cut(strings.ToLower(kind), ";")
		base = strings.TrimSpace(base)
	}
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

// isJSON reports whether a media type is that of JSON, which is all that can be judged.
func isJSON(kind string) bool {
	base, _, _ := strings.Cut(strings.ToLower(kind), ";")
	base = strings.TrimSpace(base)
	return base == "application/json" || base == "text/json" || strings.HasSuffix(base, "+json")
}
