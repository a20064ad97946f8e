package check

import (
	"encoding/json"
	"fmt"
)

// maxListSize is how many pages and items a session remembers for each list that it may, on average.
const maxListSize = 4

// pageWalk is a list that is being read page by page. After the first page they may come in any
// order, as they do when several are asked for at a time.
type pageWalk struct {
	total   int
	began   int            // how many changes there had been when the walk began
	changed bool           // whether the list may have changed since
	pages   map[int]bool   // those that came
	last    int            // the one without a next link; 0 until it came
	seen    map[string]int // the page that each id was on; nil if there are too many to remember
	unnamed int            // items without an id, which count and cannot be told apart
}

// newPageWalk begins a list with the total that its first page tells.
func newPageWalk(total, changes int) *pageWalk {
	return &pageWalk{total: total, began: changes, pages: map[int]bool{}, seen: map[string]int{}}
}

// expects reports whether a page is one that the walk needs: not one that it had, or one after the
// end of the list.
func (w *pageWalk) expects(p page, total int) bool {
	return !w.pages[p.number] && p.number <= max(p.last(total), p.last(w.total))
}

// size is how many pages and items are remembered.
func (w *pageWalk) size() int { return len(w.pages) + len(w.seen) }

// isComplete reports whether every page came.
func (w *pageWalk) isComplete() bool { return w.last > 0 && len(w.pages) >= w.last }

// add takes in the next page, and returns what of it contradicts those before. If the list may have
// changed meanwhile, nothing does.
func (w *pageWalk) add(p page, list listView, tells tells, mayHaveChanged bool) (all []problem) {
	w.pages[p.number] = true
	if len(w.seen)+len(list.items) > maxTracked || len(w.pages) > maxTracked {
		w.seen = nil
	}
	w.changed = w.changed || mayHaveChanged
	if total := tells.total; total.value != w.total && !w.changed {
		w.changed = true // by another client, so that what follows says nothing
		all = append(all, contradiction("sequence-total", total,
			fmt.Sprintf("was %d on the page before, and no request in between changed the list", w.total)))
	}
	all = append(all, w.addItems(p.number, list.items)...)
	if !tells.links.next.isThere {
		w.last = p.number
	}
	lost := tells.total.value - len(w.seen) - w.unnamed
	if w.isComplete() && w.seen != nil && lost > 0 && !w.changed {
		all = append(all, problem{
			check:   "sequence-lost",
			at:      []string{list.key},
			message: fmt.Sprintf("every page was read, and %d of %d are on none", lost, tells.total.value),
		})
	}
	return all
}

// addItems notes the items of a page, and returns those that were on a page before.
func (w *pageWalk) addItems(page int, items []object) (all []problem) {
	if w.seen == nil {
		return nil
	}
	for i := range items {
		id := fieldOf[json.Number](&items[i], "id")
		if !id.isTold {
			w.unnamed++
			continue
		}
		key := remembered(id.value.String())
		before, duplicate := w.seen[key]
		// Of one that the same page has before, duplicates says it.
		if duplicate && before != page && !w.changed && len(all) < maxFindings {
			message := fmt.Sprintf("%s was on page %d already", key, before)
			all = append(all, contradiction("sequence-twice", id, message))
		}
		w.seen[key] = page
	}
	return all
}

// duplicates returns the items of a page that the same page has before. No change of the list and no second account
// explains them.
func duplicates(list listView) (all []problem) {
	seen := make(map[string]int, len(list.items)) // where each id is
	for i := range list.items {
		id := fieldOf[json.Number](&list.items[i], "id")
		if !id.isTold {
			continue
		}
		key := remembered(id.value.String())
		first, duplicate := seen[key]
		if !duplicate {
			seen[key] = i
			continue
		}
		if len(all) < maxFindings {
			message := fmt.Sprintf("is the id of the item at index %d as well", first)
			all = append(all, contradiction("sequence-twice", id, message))
		}
	}
	return all
}
