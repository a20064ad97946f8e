package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"

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
