package wrapper_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"slices"
	"time"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func ExampleClient_Images() {
	client := exampleClient(fakeapi.WithImages(
		gen.Image{ID: 7555620, Name: "Nifty New Snapshot", Regions: []gen.RegionSlug{"nyc2", "nyc3"}},
		gen.Image{ID: 7555621, Name: "Another Snapshot", Regions: []gen.RegionSlug{"nyc2"}},
	))
	for image, err := range client.Images(context.Background(), wrapper.ListParams{Private: true}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(image.ID, image.Name, image.Regions)
	}
	// Output:
	// 7555620 Nifty New Snapshot [nyc2 nyc3]
	// 7555621 Another Snapshot [nyc2]
}

func ExampleClient_ImagePages() {
	client := exampleClient(fakeapi.WithCatalogue(450, 1))
	seen := 0
	for page, err := range client.ImagePages(context.Background(), wrapper.ListParams{}) {
		if err != nil {
			log.Fatal(err)
		}
		seen += len(page.Images)
		fmt.Println(seen, "of", page.Meta.Total)
	}
	// Output:
	// 200 of 450
	// 400 of 450
	// 450 of 450
}

// The images before an error are good.
func ExampleCollect() {
	failing := fakeapi.Fault{Operation: "images_list", Page: 2, Do: fakeapi.Status(500)}
	client := exampleClient(fakeapi.WithCatalogue(450, 1), fakeapi.WithFaults(failing))
	ctx := wrapper.ContextWithRetry(context.Background(), wrapper.Retry{Attempts: 1})
	images, err := wrapper.Collect(client.Images(ctx, wrapper.ListParams{}))
	fmt.Println(len(images), "images, and then a server error:", errors.Is(err, wrapper.ErrServer))
	// Output: 200 images, and then a server error: true
}

func ExampleFilter() {
	client := exampleClient()
	images := client.Images(context.Background(), wrapper.ListParams{Type: gen.ImagesListParamsTypeDistributions})
	for image, err := range wrapper.Filter(images, wrapper.HasDistribution(gen.DistributionDebian), wrapper.NameContains("x64")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(*image.Slug)
	}
	// Output:
	// debian-13-x64
	// debian-12-x64
	// debian-11-x64
}

// As the parameter o of Waldur's API, such as o=distribution,-created_at,name, sorts by several fields.
func ExampleFilter_sorted() {
	day := func(n int) time.Time { return time.Date(2026, time.May, n, 0, 0, 0, 0, time.UTC) }
	client := exampleClient(fakeapi.WithImages(
		gen.Image{ID: 1, Name: "web", Distribution: gen.DistributionUbuntu, CreatedAt: day(2)},
		gen.Image{ID: 2, Name: "old", Distribution: gen.DistributionUbuntu, CreatedAt: day(1)},
		gen.Image{ID: 3, Name: "db", Distribution: gen.DistributionUbuntu, CreatedAt: day(3)},
		gen.Image{ID: 4, Name: "cache", Distribution: gen.DistributionDebian, CreatedAt: day(2)},
		gen.Image{ID: 5, Name: "app", Distribution: gen.DistributionUbuntu, CreatedAt: day(2)},
	))
	isRecent := func(image gen.Image) bool { return !image.CreatedAt.Before(day(2)) }
	private := client.Images(context.Background(), wrapper.ListParams{Private: true})
	images, err := wrapper.Collect(wrapper.Filter(private, isRecent))
	if err != nil {
		log.Fatal(err)
	}
	slices.SortFunc(images, func(a, b gen.Image) int {
		return cmp.Or(
			cmp.Compare(a.Distribution, b.Distribution),
			b.CreatedAt.Compare(a.CreatedAt), // the newest first
			cmp.Compare(a.Name, b.Name),
		)
	})
	for _, image := range images {
		fmt.Println(image.Distribution, image.CreatedAt.Format(time.DateOnly), image.Name)
	}
	// Output:
	// Debian 2026-05-02 cache
	// Ubuntu 2026-05-03 db
	// Ubuntu 2026-05-02 app
	// Ubuntu 2026-05-02 web
}

func ExampleNewest() {
	client := exampleClient(fakeapi.WithCatalogue(1000, 1))
	newest, err := wrapper.Newest(client.Images(context.Background(), wrapper.ListParams{}), 3)
	if err != nil {
		log.Fatal(err)
	}
	for i, image := range newest {
		fmt.Println(i == 0 || image.CreatedAt.Before(newest[i-1].CreatedAt))
	}
	// Output:
	// true
	// true
	// true
}

func ExampleLatestPerDistribution() {
	client := exampleClient()
	images := client.Images(context.Background(), wrapper.ListParams{Type: gen.ImagesListParamsTypeDistributions})
	latest, err := wrapper.LatestPerDistribution(wrapper.Filter(images, wrapper.IsOfficial, wrapper.InRegion(gen.RegionSlugNyc3)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*latest[gen.DistributionUbuntu].Slug)
	// Output: ubuntu-24-04-x64
}
