package wrapper

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"example.com/doimages/gen"
)

// WaitAllAvailable waits for many images as WaitAvailable does for one, and passes each on as soon as it is known to
// have ended: available, or with an error of its own (an *ImageFailedError, or why it cannot be read) beside the image as
// last read, which has nothing but its ID if it was never read. Each id comes once, in no order. A failure of one does
// not hide the others, so range over it: Collect stops at the first.
//
// A round of polls reads the account's private images, 200 a request, and single images only where that takes fewer
// requests, so that waiting for 200 costs about as much as waiting for one. The context bounds the wait: give it a
// deadline, after which the images still awaited come with a *WaitError each.
func (c *Client) WaitAllAvailable(ctx context.Context, ids ...int64) iter.Seq2[gen.Image, error] {
	return func(yield func(gen.Image, error) bool) {
		w := manyWait{client: c, yield: yield, pending: map[int64]*awaited{}, pages: map[int]int{1: 1}}
		for _, id := range ids {
			w.pending[id] = &awaited{image: gen.Image{ID: id}}
		}
		judge := func(*struct{}) (string, bool, error) { return "", len(w.pending) == 0, nil }
		_, err := wait(ctx, "images", nil, w.round, judge)
		for id, a := range maps.Clone(w.pending) {
			var cut *WaitError
			if errors.As(err, &cut) && w.pending[id] != nil {
				own := *cut
				own.Subject, own.Status = fmt.Sprintf("image %d", id), string(a.image.Status)
				w.end(a.image, &own)
			}
		}
	}
}

// manyWait is a wait for many images.
type manyWait struct {
	client  *Client
	yield   func(gen.Image, error) bool
	pending map[int64]*awaited // emptied when nobody wants more
	pages   map[int]int        // of the list of private images: 1 where awaited ones were last seen
}

// awaited is an image that has not ended.
type awaited struct {
	image    gen.Image // as last read
	failures int       // of polls of this image alone, in a row
}

// round polls every image once. An error is one that all of them share.
func (w *manyWait) round(ctx context.Context) (*struct{}, error) {
	list := w.client.imageList(ListParams{Private: true, PerPage: maxPerPage})
	missing := maps.Clone(w.pending)
	// Pages that held an awaited image come first.
	pages := slices.SortedFunc(maps.Keys(w.pages), func(a, b int) int { return cmp.Or(w.pages[b]-w.pages[a], a-b) })
	for i := 0; i < len(pages) && len(w.pending) > 0 && len(missing) > len(pages)-i; i++ {
		page, err := list.page(ctx, pages[i])
		if err != nil {
			return nil, err
		}
		w.pages[pages[i]] = 0
		for _, image := range page.Images {
			if _, ok := missing[image.ID]; ok {
				w.pages[pages[i]] = 1
				delete(missing, image.ID)
				w.judge(image)
			}
		}
		for more := len(pages) + 1; more <= min((page.Meta.Total+maxPerPage-1)/maxPerPage, i+1+len(missing)); more++ {
			pages, w.pages[more] = append(pages, more), 0
		}
	}
	for id, a := range missing {
		if w.pending[id] == nil {
			break // nobody wants more
		}
		image, err := w.client.Get(ctx, id)
		switch {
		case err == nil:
			a.failures = 0
			w.judge(*image)
		case ctx.Err() != nil || errors.Is(err, ErrRateLimited):
			return nil, err
		default:
			if a.failures++; a.failures >= maxFailures || !mayPass(err) {
				w.end(a.image, fmt.Errorf("wait for image %d: %w", id, err))
			}
		}
	}
	return nil, nil
}

// judge passes an image on if it has ended, and remembers it otherwise.
func (w *manyWait) judge(image gen.Image) {
	if a := w.pending[image.ID]; a != nil {
		a.image = image
		if _, done, err := judgeImage(&image); done {
			w.end(image, err)
		}
	}
}

func (w *manyWait) end(image gen.Image, err error) {
	delete(w.pending, image.ID)
	if !w.yield(image, err) {
		clear(w.pending)
	}
}
