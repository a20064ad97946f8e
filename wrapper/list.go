package wrapper

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strconv"

	"example.com/doimages/gen"
)

// maxPerPage is the largest page that the API serves, and the default of every list here: fewer requests for the same
// images, each of which counts against the rate limit.
const maxPerPage = 200

// ListParams says which images to list. The filters combine; the zero value lists every image the account can see.
type ListParams struct {
	Type    gen.ImagesListParamsType // distribution or application; not the Type field of an image
	Private bool                     // the account's own images alone
	TagName string                   // images with this tag
	PerPage int                      // images in a page, 1 to 200; 0 asks for 200
	Page    int                      // the page to begin with; 0 is the first
}

// Images lists images one by one, reading pages as they are needed. An error ends the sequence and comes last, with
// the zero Image. The sequence may be ranged over again, which reads the list again.
func (c *Client) Images(ctx context.Context, params ListParams) iter.Seq2[gen.Image, error] {
	return items(c.Pages(ctx, params), func(page *gen.ImageList) []gen.Image { return page.Images })
}

// Pages lists images a page at a time. Meta.Total of a page counts the images of all pages. Errors are as for Images:
// an *Error of the API; ErrInvalidResponse also where a next link does not lead to the page that follows, or where the
// last page has been read and images that the total counts are missing.
func (c *Client) Pages(ctx context.Context, params ListParams) iter.Seq2[*gen.ImageList, error] {
	query := gen.ImagesListParams{
		Type:    optional(params.Type),
		Private: optional(params.Private),
		TagName: optional(params.TagName),
	}
	fetch := func(what string, perPage, page int) (*gen.ImageList, error) {
		query := query // its own copy, because the sequence may be ranged over by several goroutines
		query.PerPage, query.Page = &perPage, &page
		resp, err := c.api.ImagesList(ctx, &query)
		usable := func(list *gen.ImageList) string { return usableItems("image", list.Images, imageProblem) }
		return call(c, "images_list", what, usable, resp, err)
	}
	return walk("list images", "images_list", params.PerPage, params.Page, fetch, func(p *gen.ImageList) position {
		return position{items: len(p.Images), total: p.Meta.Total, next: p.Links.Pages.Next}
	})
}

func usableItems[T any](kind string, items []T, problem func(T) string) string {
	if items == nil {
		return fmt.Sprintf("it holds no list of %ss", kind)
	}
	for i, item := range items {
		if p := problem(item); p != "" {
			return fmt.Sprintf("at index %d %s", i, p)
		}
	}
	return ""
}

// Collect reads a sequence to its end. On an error it returns what came before as well.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, item)
	}
	return all, nil
}

// position is where a page stands in its list.
type position struct {
	items int
	total int
	next  string
}

// walk reads the pages of a list in their order. Of a next link it uses the page number alone, so that no link can
// send the token to another host, and demands the number that follows, so that none can loop or skip.
func walk[P any](what, operation string, perPage, first int, fetch func(what string, perPage, page int) (*P, error), at func(*P) position) iter.Seq2[*P, error] {
	return func(yield func(*P, error) bool) {
		if perPage < 0 || perPage > maxPerPage || first < 0 {
			yield(nil, fmt.Errorf("%s: page %d of %d a page: pages count from 1 and hold 1 to %d", what, first, perPage, maxPerPage))
			return
		}
		if perPage == 0 {
			perPage = maxPerPage
		}
		first := max(first, 1)
		seen := (first - 1) * perPage
		for number := first; ; number++ {
			what := fmt.Sprintf("%s: page %d", what, number)
			page, err := fetch(what, perPage, number)
			if !yield(page, err) || err != nil {
				return
			}
			at := at(page)
			seen += at.items
			problem := ""
			switch {
			case at.next != "":
				problem = nextProblem(at.next, number+1)
			case seen < at.total:
				problem = fmt.Sprintf("it is the last page, and %d of %d are missing", at.total-seen, at.total)
			default:
				return
			}
			if problem != "" {
				e := &Error{Operation: operation, Status: 200, Message: "the response cannot be used: " + problem}
				yield(nil, fmt.Errorf("%s: %w", what, e))
				return
			}
		}
	}
}

// nextProblem returns what is wrong with a next link that should lead to the page want.
func nextProblem(link string, want int) string {
	u, err := url.Parse(link)
	if err != nil {
		return "its next link is no URL"
	}
	switch page, err := strconv.Atoi(u.Query().Get("page")); {
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
				var zero T
				yield(zero, err)
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
	var zero T
	if value == zero {
		return nil
	}
	return &value
}
