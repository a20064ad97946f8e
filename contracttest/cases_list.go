package contracttest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// defaultPerPage is how many images a page has if the request does not say.
const defaultPerPage = 20

// maxPagesRead bounds the requests of a case that reads small pages: an account may have thousands of images.
const maxPagesRead = 20

// firstPage asks for a page without parameters. The wrapper always sends per_page, so the generated client does it.
func firstPage(ctx context.Context, s *session) error {
	resp, err := s.client.API().ImagesListWithResponse(ctx, nil)
	if err != nil {
		return err
	}
	page := resp.JSON200
	if page == nil {
		return fmt.Errorf("the response is %s, expected 200 with JSON", resp.Status())
	}
	if want := min(defaultPerPage, page.Meta.Total); len(page.Images) != want {
		return fmt.Errorf("the first page has %d of %d images, expected %d", len(page.Images), page.Meta.Total, want)
	}
	return nil
}

// pagesOf compares pages of a size with the largest ones.
func pagesOf(size int) func(context.Context, *session) error {
	return func(ctx context.Context, s *session) error {
		all, err := s.list(ctx, wrapper.ListParams{})
		if err != nil {
			return err
		}
		return s.comparePages(ctx, all, size)
	}
}

// pagesWithFullLast picks a size that divides the total. Servers that compute the last page wrongly then add an empty
// one, or link to it.
func pagesWithFullLast(ctx context.Context, s *session) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	for pages := 2; pages <= maxPagesRead; pages++ {
		if size := len(all) / pages; len(all)%pages == 0 && size > 0 && size <= openapi.MaxPerPage {
			return s.comparePages(ctx, all, size)
		}
	}
	return errSkip(fmt.Sprintf("no page size up to %d divides %d images into 2 to %d pages",
		openapi.MaxPerPage, len(all), maxPagesRead))
}

// comparePages reads pages of a size and demands that they hold, in order, the images of the whole list. Of a long list
// it reads the first pages and the last ones: between them nothing is special.
func (s *session) comparePages(ctx context.Context, all []gen.Image, size int) error {
	last := pageCount(len(all), size)
	if last <= maxPagesRead {
		return s.comparePagesFrom(ctx, all, size, 1, last)
	}
	if err := s.comparePagesFrom(ctx, all, size, 1, maxPagesRead/2); err != nil {
		return err
	}
	return s.comparePagesFrom(ctx, all, size, last-maxPagesRead/2+1, last)
}

// comparePagesFrom reads some of the pages, and demands that none follows the last of the list.
func (s *session) comparePagesFrom(ctx context.Context, all []gen.Image, size, first, end int) error {
	last := pageCount(len(all), size)
	number := first - 1
	for page, err := range s.client.ImagePages(ctx, wrapper.ListParams{PerPage: size, Page: first}) {
		if err != nil {
			return err
		}
		number++
		from := min((number-1)*size, len(all))
		want := all[from:min(from+size, len(all))]
		if err := checkPage(page, want, len(all)); err != nil {
			return fmt.Errorf("page %d of %d, %s each: %w", number, last, plural.Of(size, "image"), err)
		}
		if err := checkLinks(page.Links.Pages, number, last); err != nil {
			return fmt.Errorf("page %d of %d: %w", number, last, err)
		}
		if number == end && end < last {
			return nil
		}
	}
	if number != last {
		return fmt.Errorf("the list has %s, expected %d", plural.Of(number, "page"), last)
	}
	return nil
}

// checkPage demands the images and the total that a page should have.
func checkPage(page *gen.ImageList, want []gen.Image, total int) error {
	if got, want := imageIDs(page.Images), imageIDs(want); !slices.Equal(got, want) {
		return fmt.Errorf("it has the images %v, expected %v", got, want)
	}
	if page.Meta.Total != total {
		return fmt.Errorf("the total is %d, expected %d", page.Meta.Total, total)
	}
	return nil
}

// checkLinks demands each link where it applies, to the right page, and nowhere else. The wrapper follows only next,
// but clients in other languages follow last and prev.
func checkLinks(links gen.PageLinks, page, last int) error {
	want := expectedLinks(page, last)
	for _, link := range []struct{ name, address string }{
		{name: "first", address: links.First},
		{name: "prev", address: links.Prev},
		{name: "next", address: links.Next},
		{name: "last", address: links.Last},
	} {
		got, err := linkedPage(link.address)
		if err != nil {
			return fmt.Errorf("the %s link: %w", link.name, err)
		}
		if got != want[link.name] {
			return fmt.Errorf("the %s link points to page %d, expected %d (0 is none)", link.name, got, want[link.name])
		}
	}
	return nil
}

// expectedLinks returns the page that each link of a page points to, by name. Links without a page must be missing.
func expectedLinks(page, last int) map[string]int {
	want := map[string]int{}
	if page > 1 {
		want["first"], want["prev"] = 1, page-1
	}
	if page < last {
		want["next"], want["last"] = page+1, last
	}
	return want
}

// linkedPage returns the page that a link points to; 0 if there is no link.
func linkedPage(link string) (int, error) {
	if link == "" {
		return 0, nil
	}
	address, err := url.Parse(link)
	if err != nil {
		return 0, fmt.Errorf("not a URL: %w", err)
	}
	page, err := strconv.Atoi(address.Query().Get("page"))
	if err != nil {
		return 0, fmt.Errorf("no page number: %w", err)
	}
	return page, nil
}

// pagingOutOfRange leaves open how the API treats such pages: an error and the nearest page are both reasonable, and
// neither is documented. It must not fail, and must not send more than the largest page.
func pagingOutOfRange(ctx context.Context, s *session) error {
	tooMany := fmt.Sprintf("per_page=%d", openapi.MaxPerPage+1)
	for _, query := range []string{"page=0", "page=-1", "per_page=0", tooMany, "page=one", "per_page=all"} {
		request := rawRequest{method: http.MethodGet, path: "/v2/images?" + query, token: s.Token}
		resp, err := s.send(invalidOnPurpose(ctx), request)
		if err != nil {
			return err
		}
		if err := checkPageOrRefusal(resp); err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
	}
	return nil
}

// checkPageOrRefusal accepts an error that blames the request, or a page within the limit.
func checkPageOrRefusal(resp rawResponse) error {
	if resp.isClientError() {
		return nil
	}
	if resp.status != http.StatusOK {
		return fmt.Errorf("the response has status %d, expected 200 or 4xx", resp.status)
	}
	var page gen.ImageList
	if err := json.Unmarshal(resp.body, &page); err != nil {
		return fmt.Errorf("not a page: %w", err)
	}
	if len(page.Images) > openapi.MaxPerPage {
		return fmt.Errorf("the page has %d images, at most %d are allowed", len(page.Images), openapi.MaxPerPage)
	}
	return nil
}
