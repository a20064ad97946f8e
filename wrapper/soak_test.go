package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// Many requests over sockets, of which one in twenty meets a fault: no wrong result, no goroutine left, and a heap
// that does not grow. make soak sends 200,000, make test a few.
func TestSoak(t *testing.T) {
	const workers = 64
	target := 800
	if n, err := strconv.Atoi(os.Getenv("SOAK")); err == nil {
		target = n
	}
	defer verifyNoLeaks(t)

	fake := fakeapi.New(fakeapi.WithRateLimit(0, 0), fakeapi.WithImportTime(0), fakeapi.WithFaults(soakFaults()...))
	known, public := map[int64]bool{}, map[int64]bool{}
	for _, image := range fake.Images() {
		known[image.ID] = true
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
	var late sync.Map
	var running sync.WaitGroup
	for number := range workers {
		running.Go(func() {
			transport := http.DefaultTransport.(*http.Transport).Clone()
			defer transport.CloseIdleConnections()
			client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithBaseURL(server.URL), wrapper.WithHTTPClient(&http.Client{Transport: transport, Timeout: time.Second}))
			assert.NoError(t, err)
			w := soaker{
				client: client,
				fake:   fake,
				public: public,
				rng:    rand.New(rand.NewPCG(uint64(number), 0)),
				name:   fmt.Sprint("worker ", number),
				late:   &late,
			}
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
	heaps := heapAfterEachQuarter(ctx, fake, target)
	running.Wait()
	require.NoError(t, ctx.Err())

	server.Close() // waits for requests whose client has given up
	for _, image := range fake.Images() {
		_, isLate := late.Load(image.Name)
		assert.True(t, known[image.ID] || isLate, "%s was created and not deleted", image.Name)
	}
	assert.Zero(t, wrong.Load())
	assert.Less(t, heaps[3], heaps[0]+8<<20, "the heap after each quarter: %v", heaps)
	t.Logf("%d requests in %s: %d calls right, %d failed with the error of the fault, %d wrong; heap after each quarter, in KB: %d %d %d %d",
		fake.Requests(), time.Since(start).Round(time.Second), right.Load(), failed.Load(), wrong.Load(), heaps[0]>>10, heaps[1]>>10, heaps[2]>>10, heaps[3]>>10)
}

// soakFaults are the faults that one request in twenty meets.
func soakFaults() (faults []fakeapi.Fault) {
	effects := []fakeapi.Effect{
		fakeapi.Status(500), fakeapi.Status(502), fakeapi.Status(503), fakeapi.Status(504), fakeapi.GatewayPage(),
		fakeapi.Status(429), fakeapi.BurstLimit(time.Second), fakeapi.HourlyLimit(-time.Minute),
		fakeapi.Reset(), fakeapi.LoseAnswer(), fakeapi.ResetAfterHeaders(), fakeapi.Truncate(), fakeapi.Malformed(),
		fakeapi.Delay(20 * time.Millisecond), fakeapi.Slow(2 * time.Millisecond), fakeapi.Stall(),
	}
	for i, effect := range effects {
		probability := 0.05 / float64(len(effects))
		faults = append(faults, fakeapi.Fault{Probability: probability, Seed: uint64(i), Do: effect})
	}
	return faults
}

// heapAfterEachQuarter measures the heap four times while the fake serves the requests.
func heapAfterEachQuarter(ctx context.Context, fake *fakeapi.API, requests int) (heaps []int64) {
	for quarter := 1; quarter <= 4; quarter++ {
		for fake.Requests() < requests*quarter/4 && ctx.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		heaps = append(heaps, heap())
	}
	return heaps
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
	late   *sync.Map // names of images that the API may have made after the client gave up
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

// live creates an image, changes and deletes it, and leaves none behind.
func (s *soaker) live(ctx context.Context) error {
	s.made++
	made := soakedImage{soaker: s, name: fmt.Sprintf("%s image %d", s.name, s.made)}
	defer made.remove(ctx)
	id, err := made.create(ctx)
	if err != nil {
		return err
	}
	if err := made.rename(ctx, id); err != nil {
		return err
	}
	return made.delete(ctx, id)
}

// soakedImage is the image of one life, which the fake knows by its name.
type soakedImage struct {
	*soaker
	name string
}

func (i soakedImage) renamed() string { return i.name + ", renamed" }

// ids returns the images that the fake has by the name: one at most.
func (i soakedImage) ids() (ids []int64) {
	for _, image := range i.fake.Images() {
		if image.Name == i.name || image.Name == i.renamed() {
			ids = append(ids, image.ID)
		}
	}
	return ids
}

// remove deletes what is left, however often that fails.
func (i soakedImage) remove(ctx context.Context) {
	for ctx.Err() == nil {
		ids := i.ids()
		if len(ids) == 0 {
			return
		}
		_ = i.client.Delete(ctx, ids[0])
	}
}

func (i soakedImage) create(ctx context.Context) (id int64, err error) {
	image, err := i.client.Create(ctx, gen.ImageCreate{Name: i.name, URL: "https://example.com/a.img", Region: gen.RegionSlugNyc3})
	n := len(i.ids())
	if n == 0 && mayHaveActed(err) {
		i.late.Store(i.name, true)
	}
	if n > 1 || err == nil && n != 1 {
		return 0, fmt.Errorf("%d images by the name of one create: %v", n, err)
	}
	if n == 1 && errors.Is(err, wrapper.ErrNoResponse) && !mayHaveActed(err) {
		return 0, fmt.Errorf("a create that cannot have acted made an image: %v", err)
	}
	if err != nil {
		return 0, err
	}
	return image.ID, nil
}

func mayHaveActed(err error) bool {
	var e *wrapper.Error
	return errors.As(err, &e) && e.MayHaveActed
}

func (i soakedImage) rename(ctx context.Context, id int64) error {
	renamed := i.renamed()
	if _, err := i.client.Update(ctx, id, gen.ImageUpdate{Name: &renamed}); err != nil {
		return err
	}
	got, err := i.client.WaitAvailable(ctx, id, wrapper.WithInterval(time.Millisecond, time.Millisecond))
	if err != nil {
		return err
	}
	if got.Name != renamed {
		return fmt.Errorf("the name is %q after %q was set", got.Name, renamed)
	}
	return nil
}

func (i soakedImage) delete(ctx context.Context, id int64) error {
	if err := i.client.Delete(ctx, id); err != nil {
		return err
	}
	if n := len(i.ids()); n != 0 {
		return fmt.Errorf("image %d is there after it was deleted", id)
	}
	_, err := i.client.Get(ctx, id)
	if errors.Is(err, wrapper.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = errors.New("a deleted image was read")
	}
	return err
}
