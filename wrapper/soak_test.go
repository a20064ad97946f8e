package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// Many requests over sockets, of which one in twenty meets a fault: no wrong result, no goroutine left, and a heap
// that does not grow. make soak sends 200,000, make test a few.
func TestSoak(t *testing.T) {
	const workers = 64
	target, timeout := 500, 500*time.Millisecond // of a stalled response
	if n, err := strconv.Atoi(os.Getenv("SOAK")); err == nil {
		target, timeout = n, time.Second
	}
	defer goleak.VerifyNone(t)

	var faults []fakeapi.Fault
	effects := []fakeapi.Effect{
		fakeapi.Status(500), fakeapi.Status(502), fakeapi.Status(503), fakeapi.Status(504), fakeapi.GatewayPage(), fakeapi.Status(429), fakeapi.BurstLimit(time.Second),
		fakeapi.HourlyLimit(-time.Minute), fakeapi.Reset(), fakeapi.LoseAnswer(), fakeapi.ResetAfterHeaders(), fakeapi.Truncate(), fakeapi.Malformed(),
		fakeapi.Delay(20 * time.Millisecond), fakeapi.Slow(2 * time.Millisecond), fakeapi.Stall(),
	}
	for i, effect := range effects {
		faults = append(faults, fakeapi.Fault{Probability: 0.05 / float64(len(effects)), Seed: uint64(i), Do: effect})
	}
	fake := fakeapi.New(fakeapi.WithRateLimit(0, 0), fakeapi.WithImportTime(0), fakeapi.WithFaults(faults...))
	public := map[int64]bool{}
	for _, image := range fake.Images() {
		if image.Public {
			public[image.ID] = true
		}
	}
	server := httptest.NewServer(fake)
	defer server.Close()

	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	var wrong, right, failed atomic.Int64
	var running sync.WaitGroup
	for number := range workers {
		running.Go(func() {
			transport := http.DefaultTransport.(*http.Transport).Clone()
			defer transport.CloseIdleConnections()
			client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithBaseURL(server.URL), wrapper.WithHTTPClient(&http.Client{Transport: transport, Timeout: timeout}))
			assert.NoError(t, err)
			w := soaker{client: client, fake: fake, public: public, rng: rand.New(rand.NewPCG(uint64(number), 0)), name: fmt.Sprint("worker ", number)}
			for fake.Requests() < target && ctx.Err() == nil {
				switch err := w.step(ctx); {
				case err == nil:
					right.Add(1)
				case isTyped(err):
					failed.Add(1)
				default:
					wrong.Add(1)
					assert.NoError(t, err)
				}
			}
		})
	}
	var heaps []uint64
	for quarter := 1; quarter <= 4; quarter++ {
		for fake.Requests() < target*quarter/4 && ctx.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		heaps = append(heaps, memory.HeapAlloc)
	}
	running.Wait()
	require.NoError(t, ctx.Err())

	assert.Len(t, fake.Images(), 60, "every image that was created is deleted")
	assert.Zero(t, wrong.Load())
	assert.Less(t, heaps[3], heaps[0]+8<<20, "the heap after each quarter: %v", heaps)
	t.Logf("%d requests in %s: %d calls right, %d failed with the error of the fault, %d wrong; heap after each quarter, in KB: %d %d %d %d",
		fake.Requests(), time.Since(start).Round(time.Second), right.Load(), failed.Load(), wrong.Load(), heaps[0]>>10, heaps[1]>>10, heaps[2]>>10, heaps[3]>>10)
}

// isTyped reports whether an error is a failure of the wrapper, and not a wrong result.
func isTyped(err error) bool {
	var apiError *wrapper.Error
	return errors.As(err, &apiError) || errors.Is(err, wrapper.ErrListChanged)
}

// soaker is one user of the fake.
type soaker struct {
	client *wrapper.Client
	fake   *fakeapi.API
	public map[int64]bool
	rng    *rand.Rand
	name   string
	made   int
}

// step makes a call or a few, and returns an error of the wrapper, or one that says what was wrong with a result.
func (s *soaker) step(ctx context.Context) error {
	switch s.rng.IntN(20) {
	case 0:
		return s.listPublic(ctx)
	case 1, 2:
		return s.live(ctx)
	}
	id := 6_000_000 + 7*int64(s.rng.IntN(60))
	image, err := s.client.Get(ctx, id)
	if err == nil && image.ID != id {
		return fmt.Errorf("image %d instead of %d", image.ID, id)
	}
	return err
}

// listPublic reads a list that does not change.
func (s *soaker) listPublic(ctx context.Context) error {
	got := map[int64]bool{}
	for image, err := range s.client.Images(ctx, wrapper.ListParams{PerPage: 10}) {
		if err != nil {
			return err
		}
		if got[image.ID] {
			return fmt.Errorf("image %d is duplicated", image.ID)
		}
		got[image.ID] = true
	}
	for id := range s.public {
		if !got[id] {
			return fmt.Errorf("image %d is missing", id)
		}
	}
	return nil
}

// live creates an image, changes and deletes it, and leaves none.
func (s *soaker) live(ctx context.Context) error {
	s.made++
	name := fmt.Sprintf("%s image %d", s.name, s.made)
	renamed := name + ", renamed"
	defer s.deleteAll(ctx, name, renamed)
	id, err := s.create(ctx, name)
	if err != nil {
		return err
	}
	if _, err := s.client.Update(ctx, id, gen.ImageUpdate{Name: &renamed}); err != nil {
		return err
	}
	got, err := s.client.WaitAvailable(ctx, id, wrapper.WithInterval(time.Millisecond, time.Millisecond))
	if err != nil {
		return err
	}
	if got.Name != renamed {
		return fmt.Errorf("the name is %q after %q was set", got.Name, renamed)
	}
	return s.delete(ctx, id, renamed)
}

// create creates an image, and checks that there is one if and only if the result says so.
func (s *soaker) create(ctx context.Context, name string) (int64, error) {
	image, err := s.client.Create(ctx, gen.ImageCreate{Name: name, URL: "https://example.com/a.img", Region: gen.RegionSlugNyc3})
	var apiError *wrapper.Error
	switch n := len(s.named(name)); {
	case n > 1, err == nil && n != 1:
		return 0, fmt.Errorf("%d images with the name of one create: %v", n, err)
	case errors.As(err, &apiError) && n == 1 && errors.Is(err, wrapper.ErrNoResponse) && !apiError.MayHaveActed:
		return 0, fmt.Errorf("a create that cannot have acted made an image: %v", apiError.Message)
	case err != nil:
		return 0, err
	}
	return image.ID, nil
}

// delete deletes an image, and checks that it is gone.
func (s *soaker) delete(ctx context.Context, id int64, name string) error {
	if err := s.client.Delete(ctx, id); err != nil {
		return err
	}
	if n := len(s.named(name)); n != 0 {
		return fmt.Errorf("image %d exists after it was deleted", id)
	}
	_, err := s.client.Get(ctx, id)
	if errors.Is(err, wrapper.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = errors.New("a deleted image was read")
	}
	return err
}

// deleteAll deletes what a failure left, as often as it takes.
func (s *soaker) deleteAll(ctx context.Context, names ...string) {
	for _, id := range s.named(names...) {
		for ctx.Err() == nil && s.client.Delete(ctx, id) != nil && len(s.named(names...)) > 0 {
		}
	}
}

// named returns the ids of the images with one of these names.
func (s *soaker) named(names ...string) (list []int64) {
	for _, image := range s.fake.Images() {
		if slices.Contains(names, image.Name) {
			list = append(list, image.ID)
		}
	}
	return list
}
