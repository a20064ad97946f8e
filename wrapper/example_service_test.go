package wrapper_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// service keeps the images of a team: it imports them to several regions, keeps the newest of each series, and says
// what there is.
type service struct {
	client *wrapper.Client
	out    io.Writer
	wait   []wrapper.WaitOption
}

// publish imports an image to its region, and then to others. When that fails, or ctx ends as it does on Ctrl-C, it
// removes what it has made.
func (s *service) publish(ctx context.Context, params gen.ImageCreate, others ...gen.RegionSlug) (*gen.Image, error) {
	marker := rand.Text() // by which to find the image if the response to the create is lost
	params.Description = strings.TrimSpace(params.Description + " " + marker)
	image, err := s.client.CreateAndWait(ctx, params, s.wait...)
	if err == nil {
		err = s.client.Distribute(ctx, image.ID, others, s.wait...)
	}
	if err == nil {
		var published *gen.Image // with all of its regions
		if published, err = s.client.Get(ctx, image.ID); err == nil {
			return published, nil
		}
	}

	// ctx may have ended, but the clean-up needs some time of its own.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Minute)
	defer cancel()
	ids, findErr := s.remains(ctx, image, err, marker)
	errs := []error{fmt.Errorf("publish %s: %w", params.Name, err), findErr}
	for _, id := range ids {
		errs = append(errs, s.remove(ctx, id))
	}
	return nil, errors.Join(errs...)
}

// remains returns the images that a failed publication may have left.
func (s *service) remains(ctx context.Context, image *gen.Image, cause error, marker string) ([]int64, error) {
	if image != nil {
		return []int64{image.ID}, nil
	}
	var apiError *wrapper.Error
	if !errors.As(cause, &apiError) {
		return nil, nil // nothing was sent
	}
	if !apiError.MayHaveActed {
		return nil, nil // the API refused it
	}
	isOurs := func(image gen.Image) bool { return strings.HasSuffix(image.Description, marker) }
	if apiError.ImageID != 0 { // the refusal names an image, but nobody knows whether it always is the new one
		named, err := s.client.Get(ctx, apiError.ImageID)
		if err == nil && isOurs(*named) {
			return []int64{named.ID}, nil
		}
		if err != nil && !errors.Is(err, wrapper.ErrNotFound) {
			return nil, err
		}
	}
	// Images have no URL to be known by, and others may have the name. The API may not list the image at once: a minute
	// is what WithJustCreated allows it.
	private := s.client.Images(ctx, wrapper.ListParams{Private: true})
	for range 7 {
		orphans, err := wrapper.Collect(wrapper.Filter(private, isOurs))
		if len(orphans) > 0 {
			return []int64{orphans[0].ID}, nil // one create makes one image, whatever else is in the list
		}
		if err != nil {
			return nil, err
		}
		time.Sleep(10 * time.Second)
	}
	return nil, fmt.Errorf("there may be an image all the same: its description ends in %s", marker)
}

// remove deletes an image that may be gone already.
func (s *service) remove(ctx context.Context, id int64) error {
	err := s.client.Delete(ctx, id)
	if errors.Is(err, wrapper.ErrNotFound) { // as ErrAlreadyDeleted is
		return nil
	}
	return err
}

// retain deletes the imported images of a series but for the newest n that are available. A series is the beginning of
// the names: nightly- has nightly-db-1 in it, too.
func (s *service) retain(ctx context.Context, series string, n int) error {
	if series == "" || n < 1 {
		return fmt.Errorf("retain %q: to keep %d would delete every image", series, n)
	}
	isOfSeries := func(image gen.Image) bool {
		return image.Type == gen.ImageTypeCustom && strings.HasPrefix(image.Name, series) &&
			image.Status == gen.ImageStatusAvailable
	}
	private := s.client.Images(ctx, wrapper.ListParams{Private: true})
	images, err := wrapper.Newest(wrapper.Filter(private, isOfSeries), math.MaxInt)
	if err != nil {
		return fmt.Errorf("retain %s: %w", series, err)
	}
	kept := 0
	for _, image := range images {
		// The list may be old by now. An image that is gone must not count as kept.
		current, err := s.client.Get(ctx, image.ID)
		if errors.Is(err, wrapper.ErrNotFound) || err == nil && !isOfSeries(*current) {
			continue
		}
		if err == nil && kept < n {
			kept++
			continue
		}
		if err == nil {
			err = s.remove(ctx, image.ID)
		}
		if err != nil {
			return fmt.Errorf("retain %s: %w", series, err)
		}
		fmt.Fprintln(s.out, "deleted", image.Name)
	}
	return nil
}

// table prints the newest n images of the account.
func (s *service) table(ctx context.Context, n int) error {
	newest, err := wrapper.Newest(s.client.Images(ctx, wrapper.ListParams{Private: true}), n)
	if err != nil {
		return fmt.Errorf("table: %w", err)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tSTATUS\tREGIONS\tSIZE")
	for _, image := range newest {
		size := "unknown" // until it is imported
		if image.SizeGigabytes != nil {
			size = fmt.Sprintf("%.1f GB", *image.SizeGigabytes)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", image.Name, image.Status, join(image.Regions), size)
	}
	return w.Flush()
}

// join lists regions. The API gives them in any order, and some of them twice.
func join(regions []gen.RegionSlug) string {
	var text []string
	for _, region := range slices.Compact(slices.Sorted(slices.Values(regions))) {
		text = append(text, string(region))
	}
	return strings.Join(text, ",")
}

// run is what the program does. Its main has a context of signal.NotifyContext and a deadline.
func (s *service) run(ctx context.Context) error {
	image, err := s.publish(ctx, gen.ImageCreate{
		Name:   "nightly-4",
		URL:    "https://example.com/nightly.qcow2",
		Region: gen.RegionSlugNyc3,
	}, gen.RegionSlugFra1, gen.RegionSlugSgp1)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, "imported", image.Name, "to", join(image.Regions))
	if err := s.retain(ctx, "nightly-", 2); err != nil {
		return err
	}
	return s.table(ctx, 5)
}

// A whole service: it imports an image to three regions, keeps the newest two of its series, and prints a table. The
// second time it is interrupted, and takes back what it has begun.
func Example_service() {
	day := func(n int) time.Time { return time.Date(2026, time.May, n, 3, 0, 0, 0, time.UTC) }
	size := 2.34
	fake := fakeapi.New(fakeapi.WithImportPolls(2), fakeapi.WithActionPolls(2), fakeapi.WithImages(
		gen.Image{ID: 1, Name: "nightly-1", Type: gen.ImageTypeCustom, CreatedAt: day(1), Regions: []gen.RegionSlug{"nyc3"}},
		gen.Image{ID: 2, Name: "nightly-2", Type: gen.ImageTypeCustom, CreatedAt: day(2), Regions: []gen.RegionSlug{"nyc3"}},
		gen.Image{ID: 3, Name: "nightly-3", Type: gen.ImageTypeCustom, CreatedAt: day(3), Regions: []gen.RegionSlug{"nyc3"}, SizeGigabytes: &size},
	))
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	if err != nil {
		log.Fatal(err)
	}
	s := &service{client: client, out: os.Stdout, wait: []wrapper.WaitOption{wrapper.WithInterval(time.Millisecond, time.Second)}}
	if err := s.run(context.Background()); err != nil {
		log.Fatal(err)
	}

	ctx, stop := context.WithCancel(context.Background())
	s.wait = append(s.wait, wrapper.WithProgress(func(p wrapper.Progress) {
		fmt.Println("interrupted while an image is", p.Status)
		stop() // as Ctrl-C does
	}))
	_, err = s.publish(ctx, gen.ImageCreate{Name: "web", URL: "https://example.com/web.qcow2", Region: gen.RegionSlugNyc3})
	fmt.Println(errors.Is(err, context.Canceled))
	_, err = client.GetByName(context.Background(), "web")
	fmt.Println(errors.Is(err, wrapper.ErrNotFound))
	// Output:
	// imported nightly-4 to fra1,nyc3,sgp1
	// deleted nightly-2
	// deleted nightly-1
	// NAME       STATUS     REGIONS         SIZE
	// nightly-4  available  fra1,nyc3,sgp1  2.3 GB
	// nightly-3  available  nyc3            2.3 GB
	// interrupted while an image is pending
	// true
	// true
}
