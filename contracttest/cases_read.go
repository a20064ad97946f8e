package contracttest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func firstPage(ctx context.Context, s *session) error {
	resp, err := s.client.API().ImagesListWithResponse(ctx, nil)
	if err != nil {
		return err
	}
	if resp.JSON200 == nil {
		return fmt.Errorf("the answer is %s", resp.Status())
	}
	page := resp.JSON200
	if want := min(20, page.Meta.Total); len(page.Images) != want {
		return fmt.Errorf("of %d images the first page holds %d, not %d", page.Meta.Total, len(page.Images), want)
	}
	return nil
}

func walkPagesOf(size int) func(context.Context, *session) error {
	return func(ctx context.Context, s *session) error { return walk(ctx, s, size) }
}

func walkExactBoundary(ctx context.Context, s *session) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	for pages := 2; pages <= 20; pages++ {
		if size := len(all) / pages; len(all)%pages == 0 && size > 0 && size <= 200 {
			return walk(ctx, s, size)
		}
	}
	return errSkip(fmt.Sprintf("no page size from 1 to 200 cuts %d images into 2 to 20 pages", len(all)))
}

// walk reads pages of a size, and compares them with what pages of 200 hold.
func walk(ctx context.Context, s *session, size int) error {
	const maxPages = 20
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	last := max((len(all)+size-1)/size, 1)
	number := 0
	for page, err := range s.client.ImagePages(ctx, wrapper.ListParams{PerPage: size}) {
		if err != nil {
			return err
		}
		number++
		from := (number - 1) * size
		want := all[min(from, len(all)):min(from+size, len(all))]
		if !slices.Equal(ids(page.Images), ids(want)) {
			return fmt.Errorf("page %d of %d an image each holds %v, not %v", number, size, ids(page.Images), ids(want))
		}
		if page.Meta.Total != len(all) {
			return fmt.Errorf("page %d: the total is %d, not %d", number, page.Meta.Total, len(all))
		}
		if err := checkLinks(page.Links.Pages, number, last); err != nil {
			return fmt.Errorf("page %d of %d: %w", number, last, err)
		}
		if number == maxPages {
			return nil
		}
	}
	if number != last {
		return fmt.Errorf("there are %d pages, not %d", number, last)
	}
	return nil
}

// checkLinks demands each link where it applies, with its page, and nowhere else.
func checkLinks(links gen.PageLinks, page, last int) error {
	for _, link := range []struct {
		name, got string
		want      int // 0 where there must be none
	}{
		{"first", links.First, when(page > 1, 1)},
		{"prev", links.Prev, when(page > 1, page-1)},
		{"next", links.Next, when(page < last, page+1)},
		{"last", links.Last, when(page < last, last)},
	} {
		got := 0
		if link.got != "" {
			u, err := url.Parse(link.got)
			if err != nil {
				return fmt.Errorf("the link %s is no URL", link.name)
			}
			if got, err = strconv.Atoi(u.Query().Get("page")); err != nil {
				return fmt.Errorf("the link %s has no page", link.name)
			}
		}
		if got != link.want {
			return fmt.Errorf("the link %s leads to page %d, not to %d (0 is none)", link.name, got, link.want)
		}
	}
	return nil
}

func when(condition bool, n int) int {
	if condition {
		return n
	}
	return 0
}

func filterType(kind, other gen.ImagesListParamsType) func(context.Context, *session) error {
	return func(ctx context.Context, s *session) error {
		images, err := s.list(ctx, wrapper.ListParams{Type: kind})
		if err != nil {
			return err
		}
		others, err := s.list(ctx, wrapper.ListParams{Type: other})
		if err != nil {
			return err
		}
		otherIDs := ids(others)
		for _, image := range images {
			if !image.Public {
				return fmt.Errorf("image %d is not public", image.ID)
			}
			if slices.Contains(otherIDs, image.ID) {
				return fmt.Errorf("image %d is listed as %s and as %s", image.ID, kind, other)
			}
		}
		return nil
	}
}

func filterPrivate(ctx context.Context, s *session) error {
	return s.compare(ctx, wrapper.ListParams{Private: true}, func(i gen.Image) bool { return !i.Public })
}

// compare demands that a filtered list be what a predicate leaves of the whole one.
func (s *session) compare(ctx context.Context, params wrapper.ListParams, keep func(gen.Image) bool) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	got, err := s.list(ctx, params)
	if err != nil {
		return err
	}
	want := slices.DeleteFunc(all, func(i gen.Image) bool { return !keep(i) })
	gotIDs, wantIDs := slices.Sorted(slices.Values(ids(got))), slices.Sorted(slices.Values(ids(want))) // no order is documented
	if !slices.Equal(gotIDs, wantIDs) {
		return fmt.Errorf("%+v lists %v, not %v", params, gotIDs, wantIDs)
	}
	return nil
}

// someTag returns a tag that a private image has.
func (s *session) someTag(ctx context.Context) (string, error) {
	images, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return "", err
	}
	for _, image := range images {
		if len(image.Tags) > 0 {
			return image.Tags[0], nil
		}
	}
	return "", errSkip("no private image has a tag")
}

func filterTag(ctx context.Context, s *session) error {
	if err := s.compare(ctx, wrapper.ListParams{TagName: "doimages-contract-no-such-tag"}, func(gen.Image) bool { return false }); err != nil {
		return err
	}
	tag, err := s.someTag(ctx)
	if err != nil {
		return err
	}
	return s.compare(ctx, wrapper.ListParams{TagName: tag}, wrapper.HasTag(tag))
}

func filtersCombined(ctx context.Context, s *session) error {
	tag, err := s.someTag(ctx)
	if err != nil {
		return err
	}
	both := func(i gen.Image) bool { return !i.Public && wrapper.HasTag(tag)(i) }
	if err := s.compare(ctx, wrapper.ListParams{Private: true, TagName: tag}, both); err != nil {
		return err
	}
	public, err := s.list(ctx, wrapper.ListParams{Type: gen.ImagesListParamsTypeDistribution, TagName: tag})
	if err != nil {
		return err
	}
	for _, image := range public {
		if !image.Public || !slices.Contains(image.Tags, tag) {
			return fmt.Errorf("image %d is listed as a distribution with the tag %q", image.ID, tag)
		}
	}
	return nil
}

func getByID(ctx context.Context, s *session) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return errSkip("there are no images")
	}
	for _, listed := range []gen.Image{all[0], all[len(all)/2], all[len(all)-1]} {
		got, err := s.client.Get(ctx, listed.ID)
		if err != nil {
			return err
		}
		if !same(*got, listed) {
			return fmt.Errorf("image %d is read as %s and listed as %s", listed.ID, text(*got), text(listed))
		}
	}
	return nil
}

func getBySlug(ctx context.Context, s *session) error {
	all, err := s.list(ctx, wrapper.ListParams{})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, wrapper.IsOfficial)
	if at < 0 {
		return errSkip("no image has a slug")
	}
	got, err := s.client.GetBySlug(ctx, *all[at].Slug)
	if err != nil {
		return err
	}
	if !same(*got, all[at]) {
		return fmt.Errorf("%q is read as %s and listed as %s", *all[at].Slug, text(*got), text(all[at]))
	}
	return nil
}

func unknownID(ctx context.Context, s *session) error {
	_, err := s.client.Get(ctx, noSuchID)
	return wantError(err, wrapper.ErrNotFound, "not_found")
}

func unknownSlug(ctx context.Context, s *session) error {
	_, err := s.client.GetBySlug(ctx, "doimages-contract-no-such-slug")
	return wantError(err, wrapper.ErrNotFound, "not_found")
}

func noToken(ctx context.Context, s *session) error {
	image := fmt.Sprintf("/v2/images/%d", int64(noSuchID))
	var errs []error
	for _, request := range []struct{ method, path, body string }{
		{"GET", "/v2/images", ""},
		{"POST", "/v2/images", `{"name":"","url":"","region":"nyc3"}`},
		{"GET", image, ""},
		{"PUT", image, `{"name":"a"}`},
		{"DELETE", image, ""},
		{"GET", image + "/actions", ""},
		{"POST", image + "/actions", `{"type":"convert"}`},
		{"GET", image + "/actions/1", ""},
		{"POST", image + "/account_transfer", `{"recipient_email":"alice@example.com"}`},
		{"POST", image + "/account_transfer/accept", `{"transfer_id":1,"recipient_uuid":"4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf"}`},
		{"POST", image + "/account_transfer/cancel", `{"transfer_id":1}`},
		{"POST", image + "/account_transfer/decline", `{"transfer_id":1}`},
	} {
		resp, body, err := s.raw(ctx, request.method, request.path, "", request.body)
		if err != nil {
			return err
		}
		errs = append(errs, wantUnauthorized(request.method+" "+request.path, resp, body))
	}
	return errors.Join(errs...)
}

func wrongToken(ctx context.Context, s *session) error {
	resp, body, err := s.raw(ctx, http.MethodGet, "/v2/images", "doimages-contract-no-such-token", "")
	if err != nil {
		return err
	}
	return wantUnauthorized("GET /v2/images", resp, body)
}

func wantUnauthorized(request string, resp *http.Response, body []byte) error {
	var answer gen.Error
	if resp.StatusCode != http.StatusUnauthorized {
		return fmt.Errorf("%s is answered with %s", request, resp.Status)
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.ID != "unauthorized" {
		return fmt.Errorf("%s: the error should have the id unauthorized, and has another", request)
	}
	return nil
}

func pagingOutOfRange(ctx context.Context, s *session) error {
	for _, query := range []string{"page=0", "page=-1", "per_page=0", "per_page=201", "page=one", "per_page=all"} {
		resp, body, err := s.raw(deliberately(ctx), http.MethodGet, "/v2/images?"+query, s.Token, "")
		if err != nil {
			return err
		}
		var page gen.ImageList
		switch {
		case resp.StatusCode >= 500 || resp.StatusCode < 400 && resp.StatusCode != 200:
			return fmt.Errorf("%s is answered with %s", query, resp.Status)
		case resp.StatusCode == 200 && (json.Unmarshal(body, &page) != nil || len(page.Images) > 200):
			return fmt.Errorf("%s is answered with a page of %d images", query, len(page.Images))
		}
	}
	return nil
}

func rateLimitHeaders(ctx context.Context, s *session) error {
	var before wrapper.RateLimit
	resetBefore := ""
	for i, path := range []string{"/v2/images?per_page=1", "/v2/images?per_page=1", fmt.Sprintf("/v2/images/%d", int64(noSuchID))} {
		resp, _, err := s.raw(ctx, http.MethodGet, path, s.Token, "")
		if err != nil {
			return err
		}
		for _, name := range []string{"ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"} {
			if resp.Header.Get(name) == "" {
				return fmt.Errorf("GET %s: the response %s has no header %s", path, resp.Status, name)
			}
		}
		var now wrapper.RateLimit
		_, _ = fmt.Sscan(resp.Header.Get("ratelimit-limit"), &now.Limit)
		_, _ = fmt.Sscan(resp.Header.Get("ratelimit-remaining"), &now.Remaining)
		if now.Remaining > now.Limit || now.Remaining < 0 {
			return fmt.Errorf("%d of %d requests remain", now.Remaining, now.Limit)
		}
		// The window slides: when the oldest request leaves it, the reset moves on and the budget may grow.
		reset := resp.Header.Get("ratelimit-reset")
		if i > 0 && now.Remaining >= before.Remaining && reset == resetBefore {
			return fmt.Errorf("%d requests remained, and after one more %d", before.Remaining, now.Remaining)
		}
		before, resetBefore = now, reset
	}
	return nil
}

func unsupportedMethod(ctx context.Context, s *session) error {
	for _, path := range []string{"/v2/images", fmt.Sprintf("/v2/images/%d", int64(noSuchID))} {
		resp, _, err := s.raw(deliberately(ctx), http.MethodPatch, path, s.Token, `{}`)
		if err != nil {
			return err
		}
		if resp.StatusCode < 400 || resp.StatusCode >= 500 {
			return fmt.Errorf("PATCH %s is answered with %s", path, resp.Status)
		}
	}
	return nil
}

func contentType(ctx context.Context, s *session) error {
	for _, path := range []string{"/v2/images?per_page=1", fmt.Sprintf("/v2/images/%d", int64(noSuchID))} {
		resp, body, err := s.raw(ctx, http.MethodGet, path, s.Token, "")
		if err != nil {
			return err
		}
		if kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";"); kind != "application/json" || !json.Valid(body) {
			return fmt.Errorf("GET %s: the body of %s is no application/json", path, resp.Status)
		}
	}
	return nil
}

func actions(ctx context.Context, s *session) error {
	images, err := s.list(ctx, wrapper.ListParams{Private: true})
	if err != nil {
		return err
	}
	if len(images) == 0 {
		return errSkip("the account has no image of its own")
	}
	if _, err := wrapper.Collect(s.client.Actions(ctx, images[0].ID)); err != nil {
		return err
	}
	_, err = s.client.Action(ctx, images[0].ID, noSuchID)
	return wantError(err, wrapper.ErrNotFound, "not_found")
}
