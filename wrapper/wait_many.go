package wrapper

import (
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
		w := manyWait{client: c, yield: yield, pending: map[int64]*awaited{}, pages: map[int]bool{1: true}}
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
	pages   map[int]bool       // of the list of private images: whether an awaited one was last seen there
}

// awaited is an image that has not ended.
type awaited struct {
	image    gen.Image // as last read
	failures int       // of polls of this image alone, in a row
}

// round polls every image once: those on pages of the private images first, and what is missing there one by one. An
// error is one that all images share.
func (w *manyWait) round(ctx context.Context) (*struct{}, error) {
	missing := maps.Clone(w.pending)
	if err := w.pollPages(ctx, missing); err != nil {
		return nil, err
	}
	for id := range missing {
		if w.stopped() {
			break
		}
		if err := w.pollOne(ctx, id); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// pollPages reads pages of the private images for as long as that takes fewer requests than reading the missing ones
// alone, and takes away from missing what it found.
func (w *manyWait) pollPages(ctx context.Context, missing map[int64]*awaited) error {
	list := w.client.imageList(ListParams{Private: true, PerPage: maxPerPage})
	pages := w.pagesToRead()
	for i := 0; i < len(pages) && !w.stopped() && len(missing) > len(pages)-i; i++ {
		number := pages[i]
		page, err := list.page(ctx, number)
		if err != nil {
			return err
		}
		w.pages[number] = false
		for _, image := range page.Images {
			if _, ok := missing[image.ID]; ok {
				w.pages[number] = true
				delete(missing, image.ID)
				w.judge(image)
			}
		}
		last := (page.Meta.Total + maxPerPage - 1) / maxPerPage
		for next := len(pages) + 1; next <= min(last, i+1+len(missing)); next++ {
			pages, w.pages[next] = append(pages, next), false
		}
	}
	return nil
}

// pagesToRead returns the known pages, those on which an awaited image was last seen first.
func (w *manyWait) pagesToRead() []int {
	return slices.SortedFunc(maps.Keys(w.pages), func(a, b int) int {
		if w.pages[a] != w.pages[b] {
			if w.pages[a] {
				return -1
			}
			return 1
		}
		return a - b
	})
}

// pollOne reads one image. A failure is counted against the image, unless it would be the same for every other.
func (w *manyWait) pollOne(ctx context.Context, id int64) error {
	a := w.pending[id]
	image, err := w.client.Get(ctx, id)
	switch {
	case err == nil:
		a.failures = 0
		w.judge(*image)
	case ctx.Err() != nil || errors.Is(err, ErrRateLimited):
		return err
	default:
		a.failures++
		if a.failures >= maxFailures || !isTransient(err) {
			w.end(a.image, fmt.Errorf("wait for image %d: %w", id, err))
		}
	}
	return nil
}

// stopped reports whether the caller broke out of its loop, or every image has ended.
func (w *manyWait) stopped() bool { return len(w.pending) == 0 }

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
