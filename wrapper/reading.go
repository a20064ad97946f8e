package wrapper

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

// ErrListChanged ends a list that changed each time it was read, or whose total and links do not match its items. The
// items before it are good, but others may be missing.
var ErrListChanged = sentinel(errListChanged{})

type errListChanged struct{}

func (errListChanged) Error() string { return "the list changed while it was read" }
func (errListChanged) ofCall()       {}

// listChange is an ErrListChanged with what showed the change.
type listChange struct{ evidence string }

func changed(format string, args ...any) *listChange {
	return &listChange{evidence: fmt.Sprintf(format, args...)}
}

func (c *listChange) Error() string { return ErrListChanged.Error() + ": " + c.evidence }
func (c *listChange) Unwrap() error { return ErrListChanged }

// reading compares the pages of one reading of a list. Pages are numbered, according to the API reference, so an image
// that is deleted moves all later ones forward, past the place where reading continues. Totals, duplicates, the number
// of items and links show that.
//
// For each page begin, add and end are called, and checkLink unless it is the last.
type reading struct {
	perPage int
	first   int         // the page that it begins with
	seen    idSet       // items of this reading
	earlier idSet       // items that earlier readings yielded; nil in the first reading
	change  *listChange // what shows that the list changed; nil if nothing does

	page       int // the number of the latest page; 0 before the first
	total      int // items of the list, according to the latest page
	count      int // items up to the end of the latest page, by position
	pageItems  int // items of the latest page
	pageNew    int // items of the latest page that no page before it had
	shortPage  int // the first page with too few items for its place in the list; 0 if there is none
	shortItems int // how many items it has
}

// newReading prepares the first reading of a list, which adds its items to yielded.
func newReading(perPage, first int, yielded idSet) *reading {
	return &reading{perPage: perPage, first: first, count: (first - 1) * perPage, seen: yielded}
}

// newRereading prepares another reading. It leaves out the items of yielded, and adds the others to them.
func newRereading(perPage, first int, yielded idSet) *reading {
	r := newReading(perPage, first, idSet{})
	r.earlier = yielded
	return r
}

func (r *reading) isReread() bool { return r.earlier != nil }

// lastPage returns the number of the last page, according to the latest total; 0 before the first page.
func (r *reading) lastPage() int { return (r.total + r.perPage - 1) / r.perPage }

// begin takes the next page.
func (r *reading) begin(number, total, items int) {
	if r.page != 0 && total != r.total {
		r.change = changed("its total went from %d to %d", r.total, total)
	}
	r.page, r.total, r.pageItems, r.pageNew = number, total, items, 0
	r.count += items
	if r.shortPage == 0 && r.isTooShort(items) {
		r.shortPage, r.shortItems = number, items
	}
}

// isTooShort reports whether the latest page has too few items for its place in the list.
func (r *reading) isTooShort(items int) bool {
	if items == 0 || items >= r.perPage {
		return false
	}
	othersFollow := r.count < r.total
	// Reading began at a later page, and found items where there should be none: pages are shorter than was asked for.
	isAfterTotal := r.first > 1 && r.count-items >= r.total
	return othersFollow || isAfterTotal
}

// capHint says what may be the reason of a short page. It is empty if no page is short, or one by so little that the
// list is likelier to have changed.
func (r *reading) capHint() string {
	if r.shortPage == 0 || r.shortItems > r.perPage*9/10 {
		return ""
	}
	return fmt.Sprintf("; page %d has %d items instead of %d: the server may cap per_page; try PerPage %[2]d",
		r.shortPage, r.shortItems, r.perPage)
}

// add takes an item of the page, and reports whether to yield it: if no page had it before, of this reading or an
// earlier one.
func (r *reading) add(id int64) bool {
	if !r.seen.add(id) {
		r.change = changed("item %d is duplicated", id)
		return false
	}
	r.pageNew++
	return r.earlier == nil || r.earlier.add(id)
}

// end reports whether the page is the last, and returns a *listChange if it is and the list changed.
func (r *reading) end(next string) (isLast bool, change error) {
	// A page of duplicates only is taken for the last, since a server that repeats its pages could go on forever.
	onlyDuplicates := r.pageItems > 0 && r.pageNew == 0
	if next != "" && !onlyDuplicates {
		return false, nil
	}
	if r.change == nil && r.missesTotal() {
		r.change = changed("page %d is the last and ends with item %d, but the total is %d%s",
			r.page, r.count, r.total, r.capHint())
	}
	if r.change == nil {
		return true, nil
	}
	return true, r.change
}

// missesTotal reports whether the latest page does not end with the last item, according to its total. An empty page
// that begins after the total is right: a reading may begin there.
func (r *reading) missesTotal() bool {
	return r.count < r.total || r.count > r.total && r.pageItems > 0
}

var errNoPageNumber = errors.New("its next link has no page number") // not quoted, since it may be anything

// checkLink returns what is wrong with the link to the next page. Only its page number is used, so that it cannot
// send the token to another host. The number has to be the next, so that no link can loop or skip a page.
func (r *reading) checkLink(next string) error {
	switch {
	case r.pageItems == 0:
		return errors.New("it is empty and has a next link")
	case r.shortPage != 0 && r.first > 1:
		// The first page to read was counted in pages of another size, so items before it would be taken for read.
		return fmt.Errorf("it does not begin where it should%s", r.capHint())
	}
	link, err := url.Parse(next)
	if err != nil {
		return errNoPageNumber
	}
	page, err := strconv.Atoi(link.Query().Get("page"))
	if err != nil {
		return errNoPageNumber
	}
	if page != r.page+1 {
		return fmt.Errorf("the next link points to page %d, expected %d", page, r.page+1)
	}
	return nil
}
