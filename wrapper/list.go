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
	"sync"

	"example.com/doimages/gen"
)

// maxPerPage is the largest page that the API serves, and the default of every list here: fewer requests for the same
// images, each of which counts against the rate limit.
const maxPerPage = 200

// maxPage is more than there can be, and so few that their images can be counted in 32 bits.
const maxPage = 1 << 23

// ErrListChanged ends a list that changed while it was read, or whose total and links do not fit what it holds. The
// items before it are good, but others may be missing.
var ErrListChanged = errors.New("the list changed while it was read")

// WithListRepeats sets how often a list that changed while it was read is read again before it ends with
// ErrListChanged: twice by default, never with 0.
func WithListRepeats(n int) Option { return func(c *config) { c.repeats = n } }

// WithConcurrency sets how many pages of a list are read at a time: 16 by default, strictly one by one with 1, 1,000 at
// the most.
func WithConcurrency(n int) Option { return func(c *config) { c.concurrency = min(n, 1000) } }

// ListParams says which images to list. The filters combine; the zero value lists every image the account can see.
type ListParams struct {
	Type    gen.ImagesListParamsType // distribution or application; not the Type field of an image
	Private bool                     // the account's own images alone
	TagName string                   // images with this tag
	PerPage int                      // images in a page, 1 to 200; 0 asks for 200
	Page    int                      // the page to begin with; 0 is the first
}

// Images lists images one by one, in order. Who stops at the first page has read no other; behind it several pages are
// read at a time (WithConcurrency). An error ends the sequence and comes last, after every image before it, with the
// zero Image. The sequence may be ranged over again, which reads the list again.
//
// The API counts pages by images, so that one that is deleted meanwhile moves the rest forward, past the place where
// reading goes on. No image comes twice. When a total, a link or a count shows that the list changed, it is read again,
// and what was missed comes then; when it changed every time (see WithListRepeats), the sequence ends with
// ErrListChanged. One change cannot be seen: if between two pages as many images are deleted as are created, an image
// that moved forward is missed without an error. A short loop body, or Collect, makes that time short.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Images(ctx context.Context, params ListParams) iter.Seq2[gen.Image, error] {
	return items(c.Pages(ctx, params), func(page *gen.ImageList) []gen.Image { return page.Images })
}

// Pages lists images a page at a time. Meta.Total of a page counts the images of all pages. An image that was on an
// earlier page is left out, so that a page of a list that is read again may be shorter than it was sent.
//
// Errors are as for Images: an *Error, of which ErrInvalidResponse is also a next link that does not lead to the page
// that follows; or ErrListChanged. A PerPage or Page out of range is a plain error, which comes first and alone.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) Pages(ctx context.Context, params ListParams) iter.Seq2[*gen.ImageList, error] {
	return walk(ctx, c.imageList(params))
}

func (c *Client) imageList(params ListParams) pageList[gen.ImageList, gen.Image] {
	return pageList[gen.ImageList, gen.Image]{
		client: c, what: "list images", operation: "images_list", perPage: params.PerPage, first: params.Page,
		send: func(ctx context.Context, perPage, page int) (*http.Response, error) {
			return c.api.ImagesList(ctx, &gen.ImagesListParams{
				Type: optional(params.Type), Private: optional(params.Private), TagName: optional(params.TagName), PerPage: &perPage, Page: &page,
			})
		},
		parts: func(p *gen.ImageList) (*[]gen.Image, int, string) { return &p.Images, p.Meta.Total, p.Links.Pages.Next },
		key:   func(image gen.Image) (int64, string) { return image.ID, string(image.Status) },
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

// pageList is a list that comes in pages P of items T.
type pageList[P, T any] struct {
	client          *Client
	what, operation string
	perPage, first  int
	send            func(ctx context.Context, perPage, page int) (*http.Response, error)
	parts           func(*P) (items *[]T, total int, next string)
	key             func(T) (id int64, status string)
}

// page reads one page.
func (l *pageList[P, T]) page(ctx context.Context, number int) (*P, error) {
	resp, err := l.send(ctx, l.perPage, number)
	open := func(page *P) (*P, string) {
		items, _, _ := l.parts(page)
		if *items == nil {
			return nil, "it holds no list"
		}
		for i, item := range *items {
			id, status := l.key(item)
			if p := problem(id, status, 0); p != "" {
				return nil, fmt.Sprintf("at index %d %s", i, p)
			}
		}
		return page, ""
	}
	return call(l.client, l.operation, fmt.Sprintf("%s: page %d", l.what, number), open, resp, err)
}

// walk reads a list, again if it changed, and passes each item on once.
func walk[P, T any](ctx context.Context, list pageList[P, T]) iter.Seq2[*P, error] {
	return func(yield func(*P, error) bool) {
		if list.perPage < 0 || list.perPage > maxPerPage || list.first < 0 || list.first > maxPage {
			yield(nil, fmt.Errorf("%s: Page %d, PerPage %d: they are 0 to %d and 0 to %d", list.what, list.first, list.perPage, maxPage, maxPerPage))
			return
		}
		list := list
		list.first, list.perPage = max(list.first, 1), cmp.Or(list.perPage, maxPerPage)
		passed := ids{}
		for pass := 1; ; pass++ {
			change, more := list.read(ctx, passed, pass > 1, yield)
			if !more || change == "" {
				return
			}
			if pass > list.client.send.repeats {
				yield(nil, fmt.Errorf("%s: %w: %s (read %d times)", list.what, ErrListChanged, change, pass))
				return
			}
		}
	}
}

// read reads a list once, in the order of its pages, and leaves out what was passed on before. Of a next link it uses
// the page number alone, so that no link can send the token to another host, and demands the number that follows, so
// that none can loop or skip. It returns what shows that the list changed, and whether anybody wants more of it.
func (l *pageList[P, T]) read(ctx context.Context, passed ids, again bool, yield func(*P, error) bool) (change string, more bool) {
	seen := passed // in this pass
	if again {
		seen = ids{}
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	pages := map[int]chan func() (*P, error){} // those that are being read
	count, total, last := (l.first-1)*l.perPage, 0, 0
	for number := l.first; ; number++ {
		for n := number; n == number || n <= last && n-number < l.client.send.concurrency; n++ {
			if pages[n] == nil {
				answer := make(chan func() (*P, error), 1)
				running.Go(func() {
					page, err := (*P)(nil), fmt.Errorf("%s: page %d: the transport ended its goroutine", l.what, n)
					defer func() { answer <- func() (*P, error) { return page, err } }()
					page, err = l.page(ctx, n)
				})
				pages[n] = answer
			}
		}
		page, err := (<-pages[number])()
		if err != nil {
			yield(nil, err)
			return "", false
		}
		items, now, next := l.parts(page)
		if number > l.first && now != total {
			change = fmt.Sprintf("its total went from %d to %d", total, now)
		}
		total = now
		sent, fresh := len(*items), false
		count += sent
		*items = slices.DeleteFunc(*items, func(item T) bool {
			id, _ := l.key(item)
			if !seen.add(id) {
				change = fmt.Sprintf("%d came twice", id)
				return true
			}
			fresh = true
			return again && !passed.add(id)
		})
		if (!again || len(*items) > 0) && !yield(page, nil) {
			return "", false
		}
		delete(pages, number)
		last = (now + l.perPage - 1) / l.perPage
		problem := ""
		switch {
		case next == "" && change == "" && (count < now || count > now && sent > 0):
			return fmt.Sprintf("page %d is the last and ends with item %d, but the total is %d", number, count, now), true
		case next == "", sent > 0 && !fresh: // a page of what was there before may be followed by more of it for ever
			return change, true
		case sent == 0:
			problem = "it is empty, and links to yet another page"
		default:
			problem = nextProblem(next, number+1)
		}
		if problem != "" {
			e := &Error{Operation: l.operation, Status: 200, Message: "the response cannot be used: " + problem}
			yield(nil, fmt.Errorf("%s: page %d: %w", l.what, number, e))
			return "", false
		}
	}
}

// ids is a set of ids in about 3 bytes each, where a map takes 20: in lists, by all but their last 14 bits.
type ids map[int64][]uint16

// add puts an id into the set, and tells whether it is new there.
func (s ids) add(id int64) bool {
	at, found := slices.BinarySearch(s[id>>14], uint16(id&(1<<14-1)))
	if !found {
		s[id>>14] = slices.Insert(s[id>>14], at, uint16(id&(1<<14-1)))
	}
	return !found
}

// nextProblem returns what is wrong with a next link that should lead to the page want.
func nextProblem(link string, want int) string {
	page := 0
	u, err := url.Parse(link)
	if err == nil {
		page, err = strconv.Atoi(u.Query().Get("page"))
	}
	switch {
	case err != nil:
		return "its next link has no page number" // and is not repeated: it can hold anything
	case page != want:
		return fmt.Sprintf("its next link leads to page %d, not to page %d", page, want)
	}
	return ""
}

// items flattens pages into what they hold.
func items[P, T any](pages iter.Seq2[*P, error], of func(*P) []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range pages {
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, item := range of(page) {
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
