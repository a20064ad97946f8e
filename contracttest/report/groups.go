package report

import (
	"strings"

	"example.com/doimages/contracttest/check"
)

// What a report holds. Of one kind of finding, such as one check at one pattern, it holds some messages and values, and
// counts the others together, so that a server whose every response differs cannot crowd out what else is wrong.
const (
	maxGroups = 1_000 // of one severity
	maxOfKind = 20    // groups that differ only in message and value
	maxPlaces = 5     // of one group
)

// otherValues is the message of the group that holds what is beyond maxOfKind.
const otherValues = "the same with other values"

// groupKey is what findings that are alike have in common.
type groupKey struct {
	kind
	message, got, reason string
}

// kind is what findings have in common that differ at most in message and value.
type kind struct {
	check, operation, in, pattern string
	severity                      check.Severity
	status                        int
}

// groups files findings, in bounded memory however many there are.
type groups struct {
	list   []Group
	index  map[groupKey]int // into list
	ofKind map[kind]int     // how many groups there are of each
	ofRank map[check.Severity]int
	held   int // findings that list counts
}

func newGroups() groups {
	return groups{
		index:  map[groupKey]int{},
		ofKind: map[kind]int{},
		ofRank: map[check.Severity]int{},
	}
}

// add files a finding. It returns its group if that is a new one, and nil otherwise.
func (g *groups) add(f check.Finding) *Group {
	key := groupKey{
		kind: kind{
			check:     f.Check,
			operation: f.Operation,
			in:        f.In,
			pattern:   patternOf(f.Pointer),
			severity:  f.Severity,
			status:    f.Status,
		},
		message: f.Message,
		got:     f.Got,
		reason:  f.Reason,
	}
	at, known := g.index[key]
	if !known && g.ofKind[key.kind] >= maxOfKind {
		f.Message, f.Got, f.Expected = otherValues, "", ""
		key.message, key.got, key.reason = otherValues, "", ""
		at, known = g.index[key]
	}
	if !known {
		return g.begin(key, f)
	}
	group := &g.list[at]
	group.Count++
	g.held++
	if len(group.Places) < maxPlaces {
		group.Places = append(group.Places, placeOf(f))
	}
	return nil
}

// begin begins a group, if there is room for another of its severity.
func (g *groups) begin(key groupKey, f check.Finding) *Group {
	if g.ofRank[f.Severity] >= maxGroups {
		return nil
	}
	g.ofRank[f.Severity]++
	g.ofKind[key.kind]++
	g.index[key] = len(g.list)
	g.held++
	g.list = append(g.list, Group{
		Finding: f,
		Count:   1,
		Pattern: key.pattern,
		Places:  []Place{placeOf(f)},
	})
	return &g.list[len(g.list)-1]
}

func placeOf(f check.Finding) Place { return Place{Source: f.Source, File: f.File, Pointer: f.Pointer} }

// patternOf returns a pointer with * for each index of an array.
func patternOf(pointer string) string {
	parts := strings.Split(pointer, "/")
	for i, part := range parts {
		if part != "" && strings.Trim(part, "0123456789") == "" {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}
