package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"strings"
	"time"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// keepNewest deletes the images of a series but for the newest n. With dryRun it only says what it would delete. A
// series is the beginning of the names: nightly- has nightly-db-1 in it, too.
func keepNewest(ctx context.Context, client *wrapper.Client, series string, n int, dryRun bool) error {
	if series == "" || n < 1 {
		return fmt.Errorf("keep newest of %q: to keep %d would delete every image", series, n)
	}
	isOfSeries := func(image gen.Image) bool {
		return image.Type == gen.ImageTypeSnapshot && strings.HasPrefix(image.Name, series) &&
			image.Status == gen.ImageStatusAvailable // what is not available yet must not replace what is
	}
	private := client.Images(ctx, wrapper.ListParams{Private: true})
	images, err := wrapper.Newest(wrapper.Filter(private, isOfSeries), math.MaxInt)
	if err != nil {
		return err // of a list that is not whole nobody knows which are the newest
	}
	kept := 0
	for _, image := range images {
		// It was listed a while ago, and may be gone or renamed. One that is gone must not count as kept.
		current, err := client.Get(ctx, image.ID)
		switch {
		case errors.Is(err, wrapper.ErrNotFound):
			continue
		case err != nil:
			return err
		case !isOfSeries(*current):
			fmt.Println("kept", current.ID, current.Name)
			continue
		case kept < n:
			kept++
			continue
		case dryRun:
			fmt.Println("would delete", image.ID, image.Name)
			continue
		}
		err = client.Delete(ctx, image.ID)
		if errors.Is(err, wrapper.ErrNotFound) {
			continue // another process was faster: ErrAlreadyDeleted is ErrNotFound, too
		}
		if err != nil {
			return err
		}
		fmt.Println("deleted", image.ID, image.Name)
	}
	return nil
}

// nightlies are a series of four, an import that is not ready, and an image that is none of it.
func nightlies() fakeapi.Option {
	day := func(n int) time.Time { return time.Date(2026, time.May, n, 3, 0, 0, 0, time.UTC) }
	return fakeapi.WithImages(
		gen.Image{ID: 1, Name: "nightly-1", Type: gen.ImageTypeSnapshot, CreatedAt: day(1)},
		gen.Image{ID: 4, Name: "nightly-4", Type: gen.ImageTypeSnapshot, CreatedAt: day(4)},
		gen.Image{ID: 3, Name: "nightly-3", Type: gen.ImageTypeSnapshot, CreatedAt: day(3)},
		gen.Image{ID: 2, Name: "nightly-2", Type: gen.ImageTypeSnapshot, CreatedAt: day(2)},
		gen.Image{ID: 5, Name: "nightly-5", Type: gen.ImageTypeSnapshot, CreatedAt: day(5), Status: gen.ImageStatusPending},
		gen.Image{ID: 6, Name: "web", Type: gen.ImageTypeSnapshot, CreatedAt: day(1)},
	)
}

// Keep the newest two images of a series, and delete the rest.
func ExampleNewest_retention() {
	client := exampleClient(nightlies())
	ctx := context.Background()
	for _, dryRun := range []bool{true, false} {
		if err := keepNewest(ctx, client, "nightly-", 2, dryRun); err != nil {
			log.Fatal(err)
		}
	}
	images, err := wrapper.Collect(client.Images(ctx, wrapper.ListParams{Private: true}))
	for _, image := range images {
		fmt.Println("there is", image.Name)
	}
	fmt.Println(err)
	// Output:
	// would delete 2 nightly-2
	// would delete 1 nightly-1
	// deleted 2 nightly-2
	// deleted 1 nightly-1
	// there is nightly-5
	// there is nightly-4
	// there is nightly-3
	// there is web
	// <nil>
}
