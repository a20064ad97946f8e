// Package bench measures doimages beside other clients and other checkers, each pair in one run on loopback: only the
// ratios count. It is a module of its own, so that none of those comes near the importers of doimages.
//
//	make bench        # from the root: measures, and writes results.txt and raw.txt anew
//	make bench-check  # measures more briefly, and fails where a ratio misses its target, or what is held
package bench
