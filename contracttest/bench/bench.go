// Package bench measures doimages beside other clients and other checkers. Each pair is measured in one run on
// loopback, and only the ratios count. It is a module of its own, so that importers of doimages get none of the
// others.
//
//	make bench        # from the root: measures, and writes results.txt and raw.txt
//	make bench-check  # measures more briefly, and fails if a ratio misses its target
//
// Command check has the targets, and says how it keeps noise out of them. They are those for Go 1.26: from Go 1.27 on
// encoding/json, which the others use, is faster.
package bench
