package wrapper

import "slices"

// idSet is a set of ids in about 3 bytes each, where a map takes 20. Ids of a list lie close together, so that they are
// kept as sorted 14-bit remainders under what they have in common.
type idSet map[int64][]uint16

const idBits = 14

// add adds an id, and reports whether it is new.
func (s idSet) add(id int64) bool {
	block, rest := id>>idBits, uint16(id&(1<<idBits-1))
	at, found := slices.BinarySearch(s[block], rest)
	if !found {
		s[block] = slices.Insert(s[block], at, rest)
	}
	return !found
}
