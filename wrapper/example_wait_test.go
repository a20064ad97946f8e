package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

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

// Another wait can follow one that was interrupted, also in another process: it needs only the id.
func ExampleClient_WaitAvailable() {
	client := exampleClient(fakeapi.WithImportPolls(2))
	image, err := client.Create(context.Background(), gen.ImageCreate{Name: "web", URL: "https://example.com/web.qcow2", Region: gen.RegionSlugFra1})
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	_, err = client.WaitAvailable(ctx, image.ID, wrapper.WithProgress(func(wrapper.Progress) { stop() })) // as Ctrl-C would
	var waitError *wrapper.WaitError
	if errors.As(err, &waitError) {
		fmt.Println("after poll", waitError.Polls, "it was", waitError.Status)
		image, err = client.WaitAvailable(context.Background(), image.ID)
	}
	fmt.Println(image.Name, image.Status, err)
	// Output:
	// after poll 1 it was pending
	// web available <nil>
}

func ExampleClient_WaitAllAvailable() {
	client := exampleClient(fakeapi.WithImages(
		gen.Image{ID: 1, Name: "web", Type: gen.ImageTypeCustom},
		gen.Image{ID: 2, Name: "db", Type: gen.ImageTypeCustom, Status: gen.ImageStatusDeleted, ErrorMessage: "The format is unknown."},
	))
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	for image, err := range client.WaitAllAvailable(ctx, []int64{1, 2}) {
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
	regions := []gen.RegionSlug{gen.RegionSlugNyc3, gen.RegionSlugFra1} // it is in nyc3 already
	if err := client.Distribute(ctx, 42, regions); err != nil {
		log.Fatal(err)
	}
	image, err := client.Get(ctx, 42)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(image.Regions)
	// Output: [nyc3 fra1]
}

// A transfer may be under way though its response was lost. It is awaited before the regions are tried again.
func ExampleClient_Distribute_again() {
	client := exampleClient(
		fakeapi.WithImages(gen.Image{ID: 42, Regions: []gen.RegionSlug{"nyc3"}}),
		fakeapi.WithActionPolls(2),
		fakeapi.WithFaults(fakeapi.Fault{Operation: "imageActions_post", Count: 1, Do: fakeapi.LoseAnswer()}),
	)
	ctx, regions := context.Background(), []gen.RegionSlug{gen.RegionSlugFra1}
	err := client.Distribute(ctx, 42, regions)
	fmt.Println(errors.Is(err, wrapper.ErrNoResponse))

	for action, err := range client.Actions(ctx, 42) {
		if err != nil {
			log.Fatal(err)
		}
		if action.Status == gen.ActionStatusInProgress {
			_, err := client.WaitAction(ctx, 42, action.ID)
			fmt.Println("waited for", action.Type, err)
		}
	}
	fmt.Println(client.Distribute(ctx, 42, regions)) // starts nothing: the image is there
	// Output:
	// true
	// waited for transfer <nil>
	// <nil>
}
