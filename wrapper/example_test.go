package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// The examples run against the fake. A program leaves WithHTTPClient out and takes its token from the environment.
func exampleClient(options ...fakeapi.Option) *wrapper.Client {
	fake := &http.Client{Transport: fakeapi.New(options...)}
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(fake))
	if err != nil {
		log.Fatal(err)
	}
	return client
}

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

func ExampleClient_CreateAndWait() {
	client := exampleClient(fakeapi.WithImportPolls(3))
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	image, err := client.CreateAndWait(ctx, gen.ImageCreate{
		Name:         "ubuntu-18.04-minimal",
		URL:          "http://cloud-images.ubuntu.com/minimal/releases/bionic/release/ubuntu-18.04-minimal-cloudimg-amd64.img",
		Region:       gen.RegionSlugNyc3,
		Distribution: gen.DistributionUbuntu,
	}, wrapper.WithInterval(time.Millisecond, time.Second), wrapper.WithProgress(func(p wrapper.Progress) {
		fmt.Println("poll", p.Polls, p.Status)
	}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(image.Name, "can be used in", image.Regions)
	// Output:
	// poll 1 pending
	// poll 2 pending
	// poll 3 available
	// ubuntu-18.04-minimal can be used in [nyc3]
}

func ExampleClient_Transfer() {
	client := exampleClient(fakeapi.WithImages(gen.Image{ID: 42, Regions: []gen.RegionSlug{"nyc3"}}), fakeapi.WithActionPolls(1))
	ctx := context.Background()
	action, err := client.Transfer(ctx, 42, gen.RegionSlugFra1)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.WaitAction(ctx, 42, action.ID); err != nil {
		log.Fatal(err)
	}
	image, err := client.Get(ctx, 42)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(image.Regions)
	// Output: [nyc3 fra1]
}

func ExampleClient_WaitAllAvailable() {
	client := exampleClient(fakeapi.WithImages(
		gen.Image{ID: 1, Name: "web", Type: gen.ImageTypeCustom},
		gen.Image{ID: 2, Name: "db", Type: gen.ImageTypeCustom, Status: gen.ImageStatusDeleted, ErrorMessage: "The format is unknown."},
	))
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	for image, err := range client.WaitAllAvailable(ctx, 1, 2) {
		if err != nil {
			fmt.Println(image.ID, err) // and the others are still awaited
			continue
		}
		fmt.Println(image.Name, "can be used")
	}
	// Output:
	// web can be used
	// 2 wait for image 2: image 2 is deleted: The format is unknown.
}

func ExampleClient_Distribute() {
	client := exampleClient(fakeapi.WithImages(gen.Image{ID: 42, Regions: []gen.RegionSlug{"nyc3"}}), fakeapi.WithActionPolls(1))
	ctx := context.Background()
	if err := client.Distribute(ctx, 42, gen.RegionSlugNyc3, gen.RegionSlugFra1); err != nil { // nyc3 holds it already
		log.Fatal(err)
	}
	image, err := client.Get(ctx, 42)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(image.Regions)
	// Output: [nyc3 fra1]
}

// Requests that a call makes for somebody who is waiting are better given up early.
func ExampleContextWithRetry() {
	client := exampleClient(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Status(503)}))
	ctx := wrapper.ContextWithRetry(context.Background(), wrapper.Retry{Attempts: 1})
	_, err := client.Get(ctx, 42)
	fmt.Println(errors.Is(err, wrapper.ErrServer))
	// Output: true
}

// A limiter of golang.org/x/time/rate fits. Package redislimit beside this one shares a budget between processes.
func ExampleWithLimiter() {
	limiter := rate.NewLimiter(rate.Every(time.Minute/200), 40)
	fake := &http.Client{Transport: fakeapi.New()}
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(fake), wrapper.WithLimiter(limiter))
	if err != nil {
		log.Fatal(err)
	}
	for range 10 {
		if _, err := client.GetBySlug(context.Background(), "ubuntu-24-04-x64"); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("%.0f of the burst are left\n", limiter.Tokens())
	// Output: 30 of the burst are left
}

func ExampleError() {
	client := exampleClient()
	_, err := client.Get(context.Background(), 42)
	if errors.Is(err, wrapper.ErrNotFound) {
		fmt.Println("there is no such image")
	}
	var apiError *wrapper.Error
	if errors.As(err, &apiError) {
		fmt.Println(apiError.Operation, apiError.Status, apiError.ID, apiError.Message)
	}
	// Output:
	// there is no such image
	// images_get 404 not_found The resource you requested could not be found.
}

func ExampleImageFailedError() {
	client := exampleClient(fakeapi.WithImportPolls(1))
	image, err := client.CreateAndWait(context.Background(), gen.ImageCreate{
		Name: "talos", URL: "https://example.com/digital-ocean.tar.gz", Region: gen.RegionSlugSfo2,
	})
	var failed *wrapper.ImageFailedError
	if errors.As(err, &failed) {
		fmt.Println("the import failed:", failed.Image.Status, failed.Image.ErrorMessage != "")
		fmt.Println(client.Delete(context.Background(), image.ID))
	}
	// Output:
	// the import failed: deleted true
	// <nil>
}

func ExampleFilter() {
	client := exampleClient()
	images := client.Images(context.Background(), wrapper.ListParams{Type: gen.ImagesListParamsTypeDistribution})
	for image, err := range wrapper.Filter(images, wrapper.HasDistribution(gen.DistributionDebian), wrapper.NameContains("x64")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(*image.Slug)
	}
	// Output:
	// debian-11-x64
	// debian-12-x64
	// debian-13-x64
}

func ExampleLatestPerDistribution() {
	client := exampleClient()
	images := client.Images(context.Background(), wrapper.ListParams{Type: gen.ImagesListParamsTypeDistribution})
	latest, err := wrapper.LatestPerDistribution(wrapper.Filter(images, wrapper.IsOfficial, wrapper.InRegion(gen.RegionSlugNyc3)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*latest[gen.DistributionUbuntu].Slug)
	// Output: ubuntu-24-04-x64
}
