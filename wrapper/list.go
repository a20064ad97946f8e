package wrapper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.com/doimages/gen"
)

// maxPerPage is the largest page that the API serves, and the default of every list here: fewer requests for the same
// images, each of which counts against the rate limit.
const maxPerPage = 200

// maxPage is far beyond the last page of any account, and small enough that items can be counted in 32 bits.
const maxPage = 1 << 23

// ErrListChanged ends a list that changed while it was read, or whose total and links do not match its items. The items
// before it are good, but others may be missing.
var ErrListChanged error = listChanged{}

type listChanged struct{}

func (listChanged) Error() string { return "the list changed while it was read" }
func (listChanged) ofCall()       {}

// ListParams selects the images to list. The filters combine; the zero value lists every image the account can see.
type ListParams struct {
	Type    gen.ImagesListParamsType // distribution or application; not the Type field of an image
	Private bool                     // only the account's own images
	TagName string                   // only images with this tag
	PerPage int                      // images per page, 1 to 200; 0 asks for 200
	Page    int                      // the page to begin with; 0 is the first
}

// Images lists images one by one, in order. A loop that ends on the first page has cost one request; after the first page
// several are read at a time (WithConcurrency). An error ends the sequence: it comes last, after every image before it,
// with the zero Image. The sequence may be ranged over again, which reads the list again.
//
// No image is yielded twice. The API numbers pages by position, so an image that is deleted while a list is read moves the
// rest forward, past the place where reading continues. When a total, a link or a count shows that this happened, the list
// is read again and the images that were missed are yielded then; if it changed every time (see WithListRereads), the
// sequence ends with ErrListChanged. One change is undetectable: as many images created as deleted between two pages. The
// shorter the loop body, the smaller that window; Collect has the smallest.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Images(ctx context.Context, params ListParams) iter.Seq2[gen.Image, error] {
	return flatten(c.ImagePages(ctx, params), func(page *gen.ImageList) []gen.Image { return page.Images })
}

// ImagePages lists images a page at a time. Meta.Total of each page counts the images of all pages. Images that an earlier page
// held are left out, so a page may be shorter than the API sent it.
//
// Errors are those of Images: an *Error, which is ErrInvalidResponse also where the next link does not lead to the page
// that follows; or ErrListChanged. A PerPage or Page out of range is a plain error, yielded before any page.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) ImagePages(ctx context.Context, params ListParams) iter.Seq2[*gen.ImageList, error] {
	return c.imageList(params).pages(ctx)
}

func (c *Client) imageList(params ListParams) pagedList[gen.ImageList, gen.Image] {
	return pagedList[gen.ImageList, gen.Image]{
		client:    c,
		what:      "list images",
		operation: "images_list",
		perPage:   params.PerPage,
		first:     params.Page,
		request: func(ctx context.Context, perPage, page int) (*http.Response, error) {
			return c.api.ImagesList(ctx, &gen.ImagesListParams{
				Type:    optional(params.Type),
				Private: optional(params.Private),
				TagName: optional(params.TagName),
				PerPage: &perPage,
				Page:    &page,
			})
		},
		parts: func(p *gen.ImageList) pageParts[gen.Image] {
			return pageParts[gen.Image]{items: &p.Images, total: p.Meta.Total, next: p.Links.Pages.Next}
		},
		key: func(image gen.Image) (int64, string) { return image.ID, string(image.Status) },
	}
}

// Collect reads a sequence to its end. On an error it returns what came before as well.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	parts, last := [][]T(nil), []T(nil) // a list that grows in one piece is copied several times over
	for item, err := range seq {
		if err != nil {
			return slices.Concat(append(parts, last)...), err
		}
		if len(last) == cap(last) {
			parts, last = append(parts, last), make([]T, 0, min(1024, 2*cap(last)+8))
		}
		last = append(last, item)
	}
	return slices.Concat(append(parts, last)...), nil
}

// pagedList is a list that the API serves in pages P of items T.
type pagedList[P, T any] struct {
	client    *Client
	what      string // for errors, such as "list images"
	operation string
	perPage   int
	first     int // the page to begin with
	request   func(ctx context.Context, perPage, page int) (*http.Response, error)
	parts     func(*P) pageParts[T]
	key       func(T) (id int64, status string)
}

// pageParts is what every page holds, whatever its type.
type pageParts[T any] struct {
	items *[]T // in the page, so that they can be filtered in place
	total int
	next  string // the link to the next page; empty on the last
}

// pages reads the list, again if it changed meanwhile, and yields each item once.
func (l pagedList[P, T]) pages(ctx context.Context) iter.Seq2[*P, error] {
	return func(yield func(*P, error) bool) {
		if l.perPage < 0 || l.perPage > maxPerPage || l.first < 0 || l.first > maxPage {
			yield(nil, fmt.Errorf("%s: Page %d, PerPage %d: they are 0 to %d and 0 to %d", l.what, l.first, l.perPage, maxPage, maxPerPage))
			return
		}
		l := l // the caller may range again, over the parameters as they were
		l.first, l.perPage = max(l.first, 1), cmp.Or(l.perPage, maxPerPage)

		yielded := idSet{}
		for reading := 1; ; reading++ {
			change, err := l.read(ctx, yielded, reading > 1, yield)
			switch {
			case err == errStopped, err == nil && change == "":
				return
			case err != nil:
				yield(nil, err)
				return
			case reading > l.client.send.repeats:
				yield(nil, fmt.Errorf("%s: %w: %s (read %d times)", l.what, ErrListChanged, change, reading))
				return
			}
		}
	}
}

// errStopped ends a reading whose caller broke out of its loop.
var errStopped = errors.New("stopped")

// read reads the list once, from its first page to its last. It returns what shows that the list changed meanwhile, or
// "" if nothing does. Items that were yielded by an earlier reading are left out.
func (l pagedList[P, T]) read(ctx context.Context, yielded idSet, repeated bool, yield func(*P, error) bool) (change string, err error) {
	pages := newPrefetcher(ctx, l.what, l.page, l.client.send.concurrency)
	defer pages.stop()

	r := reading{perPage: l.perPage, count: (l.first - 1) * l.perPage, seen: yielded}
	if repeated {
		r.seen = idSet{}
	}
	for number := l.first; ; number++ {
		page, err := pages.get(number, r.lastPage())
		if err != nil {
			return "", err
		}
		parts := l.parts(page)
		r.begin(number > l.first, parts.total, len(*parts.items))
		*parts.items = slices.DeleteFunc(*parts.items, func(item T) bool {
			id, _ := l.key(item)
			return !r.add(id) || repeated && !yielded.add(id)
		})
		if (len(*parts.items) > 0 || !repeated) && !yield(page, nil) {
			return "", errStopped
		}

		change, done := r.end(number, parts.next)
		if done {
			return change, nil
		}
		if problem := r.linkProblem(number, parts.next); problem != "" {
			e := &Error{Operation: l.operation, Status: http.StatusOK, Message: "the response cannot be used: " + problem}
			return "", fmt.Errorf("%s: page %d: %w", l.what, number, e)
		}
	}
}

// page reads one page.
func (l pagedList[P, T]) page(ctx context.Context, number int) (*P, error) {
	what := fmt.Sprintf("%s: page %d", l.what, number)
	resp, err := l.request(ctx, l.perPage, number)
	return call(l.client, l.operation, what, l.open, resp, err)
}

// open tells a page from the zero value that a body such as {} decodes to.
func (l pagedList[P, T]) open(page *P) (*P, string) {
	items := *l.parts(page).items
	if items == nil {
		return nil, "it holds no list"
	}
	for i, item := range items {
		id, status := l.key(item)
		if problem := problem(id, status, 0); problem != "" {
			return nil, fmt.Sprintf("at index %d %s", i, problem)
		}
	}
	return page, ""
}

// reading holds the pages of one reading of a list against each other.
type reading struct {
	perPage int
	total   int    // as the latest page has it
	count   int    // items up to the end of the latest page
	seen    idSet  // on any page of this reading
	change  string // what shows that the list changed, if anything did

	pageItems, pageNew int // items of the latest page, and those not seen before
}

// lastPage is the number of the last page, as far as that is known: 0 before the first page came.
func (r *reading) lastPage() int { return (r.total + r.perPage - 1) / r.perPage }

// begin takes in the next page.
func (r *reading) begin(hasPrevious bool, total, items int) {
	if hasPrevious && total != r.total {
		r.change = fmt.Sprintf("its total went from %d to %d", r.total, total)
	}
	r.total = total
	r.count += items
	r.pageItems, r.pageNew = items, 0
}

// add takes in an item of the page, and reports whether it is the first with its id.
func (r *reading) add(id int64) bool {
	if !r.seen.add(id) {
		r.change = fmt.Sprintf("%d came twice", id)
		return false
	}
	r.pageNew++
	return true
}

// end reports whether the page was the last, and then what shows that the list changed.
func (r *reading) end(number int, next string) (change string, done bool) {
	missing := r.count < r.total || r.count > r.total && r.pageItems > 0
	switch {
	case next == "" && r.change == "" && missing:
		return fmt.Sprintf("page %d is the last and ends with item %d, but the total is %d", number, r.count, r.total), true
	case next == "":
		return r.change, true
	case r.pageItems > 0 && r.pageNew == 0:
		return r.change, true // a server that repeats itself could do so for ever
	}
	return "", false
}

// linkProblem returns what is wrong with the link to the next page. Of the link only the page number is used, so that it
// cannot send the token to another host, and that number has to be the next, so that no link can loop or skip a page.
func (r *reading) linkProblem(number int, next string) string {
	if r.pageItems == 0 {
		return "it is empty, and links to yet another page"
	}
	u, err := url.Parse(next)
	if err != nil {
		return "its next link has no page number" // which is not quoted: it can hold anything
	}
	page, err := strconv.Atoi(u.Query().Get("page"))
	if err != nil {
		return "its next link has no page number"
	}
	if page != number+1 {
		return fmt.Sprintf("its next link leads to page %d, not to page %d", page, number+1)
	}
	return ""
}

// flatten yields the items of pages.
func flatten[P, T any](pages iter.Seq2[*P, error], items func(*P) []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range pages {
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, item := range items(page) {
				if !yield(item, nil) {
					return
				}
			}
		}
	}
}

// optional returns nil for a zero value: a parameter that is not sent.
func optional[T comparable](value T) *T {
	if value == *new(T) {
		return nil
	}
	return &value
}
