package check

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// maxBases is how many paths the servers of an operation may stand for.
const maxBases = 100

// basesOf returns the paths before those of the document, by the servers that count for an operation:
// its own, those of its path, or those of the document. Without any it is the empty one.
func basesOf(operation, item, root map[string]any) (bases []string) {
	for _, around := range []map[string]any{operation, item, root} {
		for _, server := range listOf(around["servers"]) {
			if fields, ok := server.(map[string]any); ok {
				bases = append(bases, basesOfServer(fields)...)
			}
		}
		if len(bases) > 0 {
			slices.Sort(bases)
			bases = slices.Compact(bases)
			return bases[:min(len(bases), maxBases)]
		}
	}
	return []string{""}
}

// basesOfServer returns the paths that the URL of a server may have: one for each value that its
// variables list.
func basesOfServer(server map[string]any) []string {
	address, _ := server["url"].(string)
	addresses := []string{address}
	variables, _ := server["variables"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		variable, _ := variables[name].(map[string]any)
		values := valuesOf(variable)
		if len(values) == 0 || !strings.Contains(address, "{"+name+"}") {
			continue
		}
		var filled []string
		for _, value := range values[:min(len(values), maxBases/len(addresses))] {
			for _, address := range addresses {
				filled = append(filled, strings.ReplaceAll(address, "{"+name+"}", value))
			}
		}
		addresses = filled
	}
	bases := make([]string, len(addresses))
	for i, address := range addresses {
		bases[i] = strings.TrimSuffix(path.Clean("/"+pathOf(address)), "/")
	}
	return bases
}

// valuesOf returns the values of a variable: its default, and those that it lists.
func valuesOf(variable map[string]any) (values []string) {
	for _, value := range append([]any{variable["default"]}, listOf(variable["enum"])...) {
		if text, ok := value.(string); ok {
			values = append(values, text)
		}
	}
	return values
}

// pathOf returns the path of the URL of a server, which may have variables anywhere. A relative one is
// taken to begin at the root of the host: where the document lies is not known.
func pathOf(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = "//" + rest
	}
	if rest, ok := strings.CutPrefix(address, "//"); ok {
		_, address, _ = strings.Cut(rest, "/")
	}
	return address
}
