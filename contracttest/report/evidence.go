package report

import (
	"slices"
	"time"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// maxNamed is how many files, and how many hosts, a report names.
const maxNamed = 50

// evidence says where the exchanges of a report come from.
type evidence struct {
	began        time.Time // when the report was begun
	hosts, files names
	kinds        names
	first, last  time.Time // the times of the exchanges; zero if none is known
}

// names holds the first names that it is given, each once. An empty one is none.
type names struct {
	list []string
	more bool   // whether there are others
	last string // the name that was added last, which is mostly the next as well
}

func (n *names) add(name string) {
	if name == "" || name == n.last {
		return
	}
	n.last = name
	name = redact.Printable(name)
	switch {
	case slices.Contains(n.list, name):
	case len(n.list) >= maxNamed:
		n.more = true
	default:
		n.list = append(n.list, name)
	}
}

// shown returns the names, with an ellipsis if there are others.
func (n *names) shown() []string {
	if n.more {
		return append(slices.Clone(n.list), "…")
	}
	return n.list
}

// add takes in where an exchange comes from.
func (e *evidence) add(exchange traffic.Exchange, kind string) {
	e.files.add(exchange.File)
	e.kinds.add(kind)
	e.hosts.add(exchange.URL.Host) // of an exchange in its normal form, which has a URL
	if at := exchange.Began; !at.IsZero() {
		if e.first.IsZero() || at.Before(e.first) {
			e.first = at
		}
		if at.After(e.last) {
			e.last = at
		}
	}
}

// took returns how long an exchange took; 0 if that is not known.
func took(exchange traffic.Exchange) time.Duration {
	if exchange.Began.IsZero() || exchange.Ended.IsZero() {
		return 0
	}
	return max(0, exchange.Ended.Sub(exchange.Began))
}
