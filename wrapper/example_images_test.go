package wrapper_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"time"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func ExampleClient_Get() {
	client := exampleClient(fakeapi.WithImages(gen.Image{ID: 7555620, Name: "Nifty New Snapshot"}))
	for _, id := range []int64{7555620, 42} {
		switch image, err := client.Get(context.Background(), id); {
		case errors.Is(err, wrapper.ErrNotFound):
			fmt.Println(id, "does not exist, or belongs to another account")
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println(id, image.Name, image.Status)
		}
	}
	// Output:
	// 7555620 Nifty New Snapshot available
	// 42 does not exist, or belongs to another account
}

func ExampleClient_GetBySlug() {
	client := exampleClient()
	image, err := client.GetBySlug(context.Background(), "ubuntu-24-04-x64")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(image.Distribution, image.Name)
	// Output: Ubuntu 24.04 (LTS) x64
}

// Names need not be unique.
func ExampleClient_GetByName() {
	client := exampleClient(fakeapi.WithImages(
		gen.Image{ID: 1, Name: "web"},
		gen.Image{ID: 2, Name: "nightly"},
		gen.Image{ID: 3, Name: "nightly"},
	))
	for _, name := range []string{"web", "nightly", "db"} {
		image, err := client.GetByName(context.Background(), name)
		var ambiguous *wrapper.AmbiguousNameError
		switch {
		case errors.Is(err, wrapper.ErrNotFound):
			fmt.Println(name, "does not exist")
		case errors.As(err, &ambiguous):
			fmt.Println(name, "is the name of", len(ambiguous.IDs), "images")
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Println(name, "has the id", image.ID)
		}
	}
	// Output:
	// web has the id 1
	// nightly is the name of 2 images
	// db does not exist
}

// A snapshot that something else makes has no id yet. Wait until there is one with its name, and then until it can be
// used.
func ExampleClient_GetByName_wait() {
	client := exampleClient(fakeapi.WithImportPolls(2))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	time.AfterFunc(20*time.Millisecond, func() { // somebody else's process
		_, _ = client.Create(ctx, gen.ImageCreate{Name: "nightly", URL: "https://example.com/a.img", Region: gen.RegionSlugFra1})
	})

	image, err := client.GetByName(ctx, "nightly")
	for errors.Is(err, wrapper.ErrNotFound) {
		select {
		case <-time.After(10 * time.Millisecond): // a program waits for some 30 seconds: each time reads the list
		case <-ctx.Done():
			log.Fatal("the snapshot has not appeared: ", context.Cause(ctx))
		}
		image, err = client.GetByName(ctx, "nightly")
	}
	if err != nil {
		log.Fatal(err)
	}
	image, err = client.WaitAvailable(ctx, image.ID, wrapper.WithInterval(time.Millisecond, time.Second))
	fmt.Println(image.Name, image.Status, err)
	// Output: nightly available <nil>
}

// A response can be lost after the image was created. Create does not repeat such a request; look for the image first.
// The API tells no URL, and others may have the name, so a random text in the description has to do. Example Service
// looks again for a minute, and deletes what it finds.
func ExampleClient_Create() {
	lost := fakeapi.Fault{Operation: "images_create_custom", Count: 1, Do: fakeapi.LoseAnswer()}
	client := exampleClient(fakeapi.WithFaults(lost))
	ctx := context.Background()
	marker := rand.Text()
	_, err := client.Create(ctx, gen.ImageCreate{
		Name:        "web",
		Description: marker,
		URL:         "https://example.com/web.qcow2",
		Region:      gen.RegionSlugFra1,
	})
	var apiError *wrapper.Error
	if errors.As(err, &apiError) && apiError.MayHaveActed {
		isOurs := func(image gen.Image) bool { return image.Description == marker }
		images := client.Images(ctx, wrapper.ListParams{Private: true})
		created, err := wrapper.Collect(wrapper.Filter(images, isOurs))
		fmt.Println(len(created), "was created all the same", err)
	}
	// Output: 1 was created all the same <nil>
}

// Nil fields stay as they are.
func ExampleClient_Update() {
	client := exampleClient(fakeapi.WithImages(gen.Image{ID: 42, Name: "web", Description: "of May", Type: gen.ImageTypeCustom}))
	name := "web-2"
	image, err := client.Update(context.Background(), 42, gen.ImageUpdate{Name: &name})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(image.Name, image.Description)
	// Output: web-2 of May
}

func ExampleClient_Delete() {
	client := exampleClient(fakeapi.WithImages(gen.Image{ID: 42, Type: gen.ImageTypeSnapshot}))
	ctx := context.Background()
	fmt.Println(client.Delete(ctx, 42))
	_, err := client.Get(ctx, 42)
	fmt.Println(errors.Is(err, wrapper.ErrNotFound))
	// Output:
	// <nil>
	// true
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

func ExampleClient_Convert() {
	client := exampleClient(fakeapi.WithImages(gen.Image{ID: 42, Type: gen.ImageTypeBackup}), fakeapi.WithActionPolls(1))
	ctx := context.Background()
	action, err := client.Convert(ctx, 42)
	if err != nil {
		log.Fatal(err)
	}
	ended, err := client.WaitAction(ctx, 42, action.ID)
	if err != nil {
		log.Fatal(err) // an *ActionFailedError where the API gave up
	}
	image, err := client.Get(ctx, 42)
	fmt.Println(ended.Type, ended.Status, image.Type, err)
	// Output: convert completed snapshot <nil>
}

func ExampleClient_Actions() {
	client := exampleClient(fakeapi.WithImages(gen.Image{ID: 42, Regions: []gen.RegionSlug{"nyc3"}}))
	ctx := context.Background()
	if _, err := client.Transfer(ctx, 42, gen.RegionSlugFra1); err != nil {
		log.Fatal(err)
	}
	for action, err := range client.Actions(ctx, 42) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(action.Type, action.Status)
	}
	// Output: transfer in-progress
}

func ExampleClient_CreateAccountTransfer() {
	const team = "22222222-2222-4222-8222-222222222222"
	fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 42, Name: "web", Type: gen.ImageTypeSnapshot}),
		fakeapi.WithAccounts(fakeapi.Account{Token: "sender"}, fakeapi.Account{Token: "recipient", UUID: team}))
	sender, recipient := clientOf(fake, "sender"), clientOf(fake, "recipient")
	ctx := context.Background()
	transfer, err := sender.CreateAccountTransfer(ctx, 42, wrapper.Recipient{UUID: team})
	if err != nil {
		log.Fatal(err)
	}
	if err := recipient.AcceptAccountTransfer(ctx, 42, transfer, team); err != nil {
		log.Fatal(err)
	}
	image, err := recipient.Get(ctx, 42)
	fmt.Println(image.Name, err)
	// Output: web <nil>
}
