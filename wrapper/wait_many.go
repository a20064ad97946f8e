package wrapper

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/openapi"
)

// WaitAllAvailable waits for many images, as [Client.WaitAvailable] waits for one. It yields each image as soon as it
// has ended, in no particular order, each id once. The context bounds the wait: give it a deadline.
//
// Each image has an error of its own: nil if it is available, otherwise an [*ImageFailedError] or why it cannot be
// read. The image beside it is as last read; if it was never read, it has only its ID. When the context ends, every
// image that is still awaited is yielded with a [*WaitError]. One failure does not hide the others, so range over the
// sequence: [Collect] stops at the first.
//
// An image that the API does not know ends at once, with [ErrNotFound], unless the wait is [WithJustCreated]. An id
// that is not positive ends with an error, and nothing is sent for it. If the API asks for a pause, all images wait.
//
// A round of polls reads the list of private images, 200 with a request, and single images only where that takes fewer
// requests. Waiting for 200 images so costs about as much as waiting for one.
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) WaitAllAvailable(
	ctx context.Context, ids []int64, options ...WaitOption,
) iter.Seq2[gen.Image, error] {
	return func(yield func(gen.Image, error) bool) {
		w := &manyWait{
			client:  c,
			config:  newWaitConfig(options),
			start:   time.Now(),
			yield:   yield,
			pending: map[int64]*awaited{},
			pages:   map[int]bool{1: true},
		}
		for _, id := range ids {
			w.pending[id] = &awaited{image: gen.Image{ID: id}}
		}
		total := len(w.pending)
		w.refuse()
		if w.isOver() {
			return
		}
		judge := func(*struct{}) (status string, isOver bool, err error) {
			return fmt.Sprintf("%d of %d ended", total-len(w.pending), total), w.isOver(), nil
		}
		poller := newPoller(count(total, "image"), w.round, judge, options)
		poller.justCreated = false // the images may be, their list is not
		_, err := poller.wait(ctx)
		w.interrupt(err)
	}
}

// manyWait is a wait for many images.
type manyWait struct {
	client  *Client
	config  waitConfig
	start   time.Time
	yield   func(gen.Image, error) bool
	pending map[int64]*awaited // empty once the caller has stopped
	pages   map[int]bool       // known pages of private images: whether an awaited image was last seen there
	resume  time.Time          // when the API wants to be asked again, of which it spoke for one image
}

// awaited is an image that has not ended.
type awaited struct {
	image    gen.Image // as last read
	failures int       // polls of this image that failed in a row, leaving out list pages and what is too new
}

// refuse ends the wait for ids that are none. They would stay unknown, and with [WithJustCreated] for a minute.
func (w *manyWait) refuse() {
	for id, a := range maps.Clone(w.pending) {
		if w.isOver() {
			return
		}
		if err := checkID("image", id); err != nil {
			w.end(a.image, w.client.wrap(operation{what: "wait for image"}, err))
		}
	}
}

// round polls every image once: first the pages of private images, then what is missing there one by one. It returns
// an error only if it concerns all images.
func (w *manyWait) round(ctx context.Context) (*struct{}, error) {
	if err := sleep(ctx, time.Until(w.resume)); err != nil {
		return nil, err
	}
	missing := maps.Clone(w.pending)
	if err := w.pollPages(ctx, missing); err != nil {
		return nil, err
	}
	for id := range missing {
		if w.isOver() || time.Now().Before(w.resume) {
			break
		}
		if err := w.pollOne(ctx, id); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// pollPages reads pages of private images for as long as that takes fewer requests than reading the missing images
// one by one. It deletes what it found from missing.
func (w *manyWait) pollPages(ctx context.Context, missing map[int64]*awaited) error {
	list := w.client.imageList(ListParams{Private: true, PerPage: openapi.MaxPerPage})
	pages := w.pagesToRead()
	for i := 0; i < len(pages) && !w.isOver() && len(missing) > len(pages)-i; i++ {
		page, err := list.page(ctx, pages[i])
		if err != nil {
			return err
		}
		w.takePage(pages[i], page.Images, missing)
		// New pages are worth knowing only as far as they may be read: a total may be any number.
		last := (page.Meta.Total + openapi.MaxPerPage - 1) / openapi.MaxPerPage
		for next := len(pages) + 1; next <= min(last, i+1+len(missing)); next++ {
			pages = append(pages, next)
			w.pages[next] = false
		}
	}
	return nil
}

// takePage judges the missing images that are on a page.
func (w *manyWait) takePage(number int, images []gen.Image, missing map[int64]*awaited) {
	w.pages[number] = false
	for _, image := range images {
		if _, ok := missing[image.ID]; ok {
			w.pages[number] = true
			delete(missing, image.ID)
			w.judge(image)
		}
	}
}

// pagesToRead returns the known pages, those first on which an awaited image was last seen.
func (w *manyWait) pagesToRead() []int {
	var found, others []int
	for _, number := range slices.Sorted(maps.Keys(w.pages)) {
		if w.pages[number] {
			found = append(found, number)
		} else {
			others = append(others, number)
		}
	}
	return append(found, others...)
}

// pollOne reads one image. It returns a failure only if it would be the same for every other image; any other is
// counted against this one.
func (w *manyWait) pollOne(ctx context.Context, id int64) error {
	a := w.pending[id]
	image, err := w.client.Get(ctx, id)
	switch {
	case err == nil:
		a.failures = 0
		w.judge(*image)
	case ctx.Err() != nil || errors.Is(err, ErrRateLimited):
		return err
	case w.config.isTooNew(time.Since(w.start), err):
		return nil
	default:
		return w.fail(ctx, id, err)
	}
	return nil
}

// fail counts a failure against an image. If the API asked for a pause, it is for all images, since it is not this one
// that is overloaded. If the deadline comes before its end, no image can be polled again, and the failure is returned.
func (w *manyWait) fail(ctx context.Context, id int64, err error) error {
	a := w.pending[id]
	a.failures++
	if a.failures >= maxFailures || !isTransient(err) {
		w.end(a.image, fmt.Errorf("wait for image %d: %w", id, err))
	}
	if !isTransient(err) {
		return nil
	}
	pause := retryAfter(err)
	if pause == 0 {
		return nil
	}
	w.resume = time.Now().Add(pause)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(w.resume) {
		return err
	}
	return nil
}

// judge ends the wait for an image if it has ended, and otherwise remembers it as last read.
func (w *manyWait) judge(image gen.Image) {
	a := w.pending[image.ID]
	if a == nil { // the caller has stopped
		return
	}
	a.image = image
	if _, isOver, err := judgeImage(&image); isOver {
		w.end(image, err)
	}
}

// end yields an image.
func (w *manyWait) end(image gen.Image, err error) {
	delete(w.pending, image.ID)
	if !w.yield(image, err) {
		clear(w.pending)
	}
}

// isOver reports whether every image has ended, or the caller has stopped.
func (w *manyWait) isOver() bool { return len(w.pending) == 0 }

// interrupt yields the images that are still awaited, each with a WaitError of its own, if err is one.
func (w *manyWait) interrupt(err error) {
	var waitErr *WaitError
	if !errors.As(err, &waitErr) {
		return
	}
	for id, a := range maps.Clone(w.pending) {
		if w.isOver() {
			return
		}
		own := *waitErr
		own.Subject, own.Status = fmt.Sprintf("image %d", id), string(a.image.Status)
		w.end(a.image, &own)
	}
}
