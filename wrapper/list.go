package wrapper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"net/http"
	"slices"

	"example.com/doimages/gen"
	"example.com/doimages/openapi"
)

// maxPage is far above any real page number, and keeps page*perPage within 32 bits.
const maxPage = 1 << 23

// ListParams selects the images to list. Private and TagName combine. Type had no effect beside both: asked for private
// distributions with a tag, the API listed a private custom image (Flatcar's tutorial, 2024). Beside one of them it is
// unknown. The zero value lists every image that the account can see.
type ListParams struct {
	Type    gen.ImagesListParamsType // distribution or application; not the Type field of an image
	Private bool                     // only the account's own images
	TagName string                   // only images with this tag
	PerPage int                      // images per page, 1 to 200; 0 stands for 200
	Page    int                      // the first page to read; 0 stands for 1
}

// Images lists images one by one, in order. Stopping on the first page costs one request; after it, several pages are
// read at a time (see [WithConcurrency]). The sequence may be ranged over again, which reads the list again.
//
// An error ends the sequence. It comes last, with the zero Image, after every image before it.
//
// No image is yielded twice, and none that exists throughout is left out without an error, with one exception: see the
// package comment about lists that change. [Collect] reads a list fastest, which leaves the least time for changes.
//
// An image is yielded as its page had it. By the end of the list it may have been changed or deleted, and what was
// yielded stays. Before something is deleted because other images exist, read those with [Client.Get], as the example
// of [Newest] about retention does.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Images(ctx context.Context, params ListParams) iter.Seq2[gen.Image, error] {
	return flatten(c.ImagePages(ctx, params), func(page *gen.ImageList) []gen.Image { return page.Images })
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

// ImagePages lists images a page at a time, like [Client.Images]. Meta.Total of each page counts the images of all
// pages. Images that an earlier page had are left out, so a page may be shorter than the API sent it.
//
// An error is an [*Error] or [ErrListChanged]. A wrong link to the next page is [ErrInvalidResponse]. PerPage or Page
// out of range is another error, yielded before any request.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) ImagePages(ctx context.Context, params ListParams) iter.Seq2[*gen.ImageList, error] {
	return c.imageList(params).pages(ctx)
}

func (c *Client) imageList(params ListParams) pagedList[gen.ImageList, gen.Image] {
	return pagedList[gen.ImageList, gen.Image]{
		client:  c,
		op:      operation{id: "images_list", what: "list images"},
		perPage: params.PerPage,
		first:   params.Page,
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
			return pageParts[gen.Image]{items: &p.Images, total: &p.Meta.Total, next: p.Links.Pages.Next}
		},
		id:    func(image gen.Image) int64 { return image.ID },
		check: func(image gen.Image) error { return checkIdentity(image.ID, string(image.Status), 0) },
	}
}

// pagedList is a list that the API serves in pages P of items T.
type pagedList[P, T any] struct {
	client  *Client
	op      operation
	perPage int
	first   int // the page to begin with
	request func(ctx context.Context, perPage, page int) (*http.Response, error)
	parts   func(*P) pageParts[T]
	id      func(T) int64
	check   func(T) error // returns why an item cannot be one of the list
}

// pageParts is what every page has, whatever its type.
type pageParts[T any] struct {
	items *[]T   // in the page, so that they can be filtered in place
	total *int   // also in the page
	next  string // the link to the next page; empty on the last
}

// pages reads the list and yields each item once. If the list changes meanwhile, it is read again.
func (l pagedList[P, T]) pages(ctx context.Context) iter.Seq2[*P, error] {
	return func(yield func(*P, error) bool) {
		l, err := l.withDefaults()
		if err != nil {
			yield(nil, err)
			return
		}
		yielded := idSet{}
		for times := 1; ; times++ {
			r := newReading(l.perPage, l.first, yielded)
			if times > 1 {
				r = newRereading(l.perPage, l.first, yielded)
			}
			err := l.read(ctx, r, yield)
			change, isChange := err.(*listChange) // not errors.As: a transport's error may wrap one of another list
			switch {
			case err == nil || err == errStopped:
				return
			case !isChange:
				yield(nil, err)
				return
			case times > l.client.send.rereads:
				yield(nil, fmt.Errorf("%s: %w (read %s)", l.op.what, change, howOften(times)))
				return
			}
		}
	}
}

// withDefaults returns the list with its parameters filled in, or an error if they are out of range.
func (l pagedList[P, T]) withDefaults() (pagedList[P, T], error) {
	if l.perPage < 0 || l.perPage > openapi.MaxPerPage || l.first < 0 || l.first > maxPage {
		return l, fmt.Errorf("%s: Page %d and PerPage %d: allowed are 0 to %d and 0 to %d",
			l.op.what, l.first, l.perPage, maxPage, openapi.MaxPerPage)
	}
	l.first = max(l.first, 1)
	// The largest page by default, for the fewest requests: each counts against the rate limit.
	l.perPage = cmp.Or(l.perPage, openapi.MaxPerPage)
	return l, nil
}

// errStopped ends a reading whose caller broke out of the loop.
var errStopped = errors.New("stopped")

// read reads the list once, from its first page to its last. It returns a *listChange if the list changed meanwhile.
func (l pagedList[P, T]) read(ctx context.Context, r *reading, yield func(*P, error) bool) error {
	prefetch := newPrefetcher(ctx, l.page, l.client.send.concurrency)
	defer prefetch.stop()

	for number := l.first; ; number++ {
		page, err := prefetch.get(number, r.lastPage())
		if err != nil {
			return err
		}
		parts := l.parts(page)
		r.begin(number, *parts.total, len(*parts.items))
		*parts.items = slices.DeleteFunc(*parts.items, func(item T) bool {
			return !r.add(l.id(item))
		})
		// The first reading yields empty pages, too, for their total. Later ones yield only what they add.
		if len(*parts.items) > 0 || !r.isReread() {
			if !yield(page, nil) {
				return errStopped
			}
		}
		if isLast, change := r.end(parts.next); isLast {
			return change
		}
		if err := r.checkLink(parts.next); err != nil {
			return l.invalidLink(number, err)
		}
	}
}

// page reads one page.
func (l pagedList[P, T]) page(ctx context.Context, number int) (*P, error) {
	resp, err := l.request(ctx, l.perPage, number)
	page := new(P)
	*l.parts(page).total = missing
	return decodeInto(l.client, l.pageOperation(number), page, l.open, resp, err)
}

func (l pagedList[P, T]) pageOperation(number int) operation {
	return operation{id: l.op.id, what: fmt.Sprintf("%s: page %d", l.op.what, number)}
}

// missing is the total of a page that has none: a number that no server sends by mistake, as it may send 0 or -1.
const missing = math.MinInt + 1

// open returns an error for a page or an item that is the zero value, to which a body such as {} decodes.
func (l pagedList[P, T]) open(page *P) (*P, error) {
	items, total := *l.parts(page).items, *l.parts(page).total
	switch {
	case items == nil:
		return nil, errors.New("the list is missing")
	case total == missing:
		return nil, errors.New("the total of meta is missing")
	case total < 0:
		return nil, fmt.Errorf("the total of meta is %d", total)
	}
	for i, item := range items {
		if err := l.check(item); err != nil {
			return nil, fmt.Errorf("at index %d: %w", i, err)
		}
	}
	return page, nil
}

func (l pagedList[P, T]) invalidLink(number int, err error) error {
	e := &Error{
		Operation: l.op.id,
		Status:    http.StatusOK,
		Message:   fmt.Sprintf("the response cannot be used: %v", err),
	}
	return l.client.wrap(l.pageOperation(number), e)
}

// Collect reads a sequence to its end. If that is an error, it returns the items before it as well. Some of the items
// may not exist any more: see [Client.Images].
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	// In parts of up to 1,024 items, joined at the end: a slice that grows as one piece would be copied several times.
	var parts [][]T
	var last []T
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

// optional returns nil for a zero value: a parameter that is not sent.
func optional[T comparable](value T) *T {
	if value == *new(T) {
		return nil
	}
	return &value
}
