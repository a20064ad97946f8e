package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// The examples run against a server that answers with images from the API's documentation. A program leaves
// WithBaseURL out and takes its token from the environment.
const exampleToken = "dop_v1_example"

func ExampleClient_Images() {
	server := httptest.NewServer(http.HandlerFunc(exampleAPI))
	defer server.Close()
	client, err := wrapper.NewClient(exampleToken, wrapper.WithBaseURL(server.URL))
	if err != nil {
		log.Fatal(err)
	}

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
	server := httptest.NewServer(http.HandlerFunc(exampleAPI))
	defer server.Close()
	client, err := wrapper.NewClient(exampleToken, wrapper.WithBaseURL(server.URL))
	if err != nil {
		log.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	image, err := client.CreateAndWait(ctx, gen.ImageCreate{
		Name:         "ubuntu-18.04-minimal",
		URL:          "http://cloud-images.ubuntu.com/minimal/releases/bionic/release/ubuntu-18.04-minimal-cloudimg-amd64.img",
		Region:       gen.RegionSlugNyc3,
		Distribution: gen.DistributionUbuntu,
	}, wrapper.WithInterval(time.Millisecond, time.Second), wrapper.WithProgress(func(p wrapper.Progress) {
		fmt.Println(p.Subject, "is", p.Status)
	}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(image.Name, "can be used in", image.Regions)
	// Output:
	// image 38413969 is NEW
	// image 38413969 is pending
	// image 38413969 is available
	// ubuntu-18.04-minimal can be used in [nyc3]
}

func ExampleError() {
	server := httptest.NewServer(http.HandlerFunc(exampleAPI))
	defer server.Close()
	client, err := wrapper.NewClient(exampleToken, wrapper.WithBaseURL(server.URL))
	if err != nil {
		log.Fatal(err)
	}

	_, err = client.Get(context.Background(), 42)
	if errors.Is(err, wrapper.ErrNotFound) {
		fmt.Println("there is no such image")
	}
	var apiError *wrapper.Error
	if errors.As(err, &apiError) {
		fmt.Println(apiError.Operation, apiError.Status, apiError.ID)
	}
	fmt.Println(err)
	// Output:
	// there is no such image
	// images_get 404 not_found
	// get image 42: 404 not_found: The resource you requested could not be found.
}

func ExampleLatestPerDistribution() {
	server := httptest.NewServer(http.HandlerFunc(exampleAPI))
	defer server.Close()
	client, err := wrapper.NewClient(exampleToken, wrapper.WithBaseURL(server.URL))
	if err != nil {
		log.Fatal(err)
	}

	images := client.Images(context.Background(), wrapper.ListParams{Type: gen.ImagesListParamsTypeDistribution})
	latest, err := wrapper.LatestPerDistribution(wrapper.Filter(images, wrapper.IsOfficial, wrapper.InRegion(gen.RegionSlugNyc3)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*latest[gen.DistributionUbuntu].Slug)
	// Output: ubuntu-20-04-x64
}
