package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

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
	// images_get 404 not_found The resource you were accessing could not be found.
}

// In a log an Error is a group of its fields, to search for. It is given as itself, which errors.As finds.
func ExampleError_LogValue() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "message" { // for an output that stays the same, and short
				return slog.Attr{}
			}
			return a
		},
	}))
	_, err := exampleClient().Get(context.Background(), 42)
	var apiError *wrapper.Error
	if errors.As(err, &apiError) {
		logger.Error("no image", "error", apiError)
	}
	// Output:
	// level=ERROR msg="no image" error.attempts=1 error.operation=images_get error.status=404 error.id=not_found error.request_id=00000000-0000-4000-8000-000000000001
}

// A create that was refused may have made an image. It is of no use, so it is deleted.
func ExampleError_imageID() {
	client, ctx := exampleClient(), context.Background()
	_, err := client.Create(ctx, gen.ImageCreate{
		Name:   "web",
		URL:    "https://downloads.invalid/web.qcow2", // the fake takes .invalid for unreachable
		Region: gen.RegionSlugNyc3,
	})
	var apiError *wrapper.Error
	if errors.As(err, &apiError) && apiError.ImageID != 0 {
		fmt.Println(apiError.Message)
		err := client.Delete(ctx, apiError.ImageID)
		fmt.Println("deleted:", err == nil || errors.Is(err, wrapper.ErrNotFound))
	}
	// Output:
	// Your source URL is unreachable
	// deleted: true
}

// The deadline is only one of the causes that end a wait early.
func ExampleWaitError() {
	client := exampleClient()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	_, err := client.WaitAvailable(ctx, 42)
	var waitError *wrapper.WaitError
	if errors.As(err, &waitError) {
		fmt.Println(waitError.Subject, "after", waitError.Polls, "poll")
		fmt.Println("deadline exceeded:", errors.Is(err, context.DeadlineExceeded))
		fmt.Println("not found:", errors.Is(err, wrapper.ErrNotFound))
	}
	// Output:
	// image 42 after 1 poll
	// deadline exceeded: false
	// not found: true
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

// The errors of regions are ranged over. In the joined one, errors.As finds only the first.
func ExampleRegionError() {
	client := exampleClient(
		fakeapi.WithImages(gen.Image{ID: 42, Regions: []gen.RegionSlug{"nyc3"}}),
		fakeapi.WithActionPolls(1),
		fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.FailAction()}),
	)
	err := client.Distribute(context.Background(), 42, []gen.RegionSlug{"mars1", gen.RegionSlugFra1})
	switch joined, ok := err.(interface{ Unwrap() []error }); {
	case ok:
		for _, err := range joined.Unwrap() {
			var failed *wrapper.RegionError
			var apiError *wrapper.Error
			switch {
			case !errors.As(err, &failed):
				log.Print(err)
			case errors.As(failed, &apiError):
				fmt.Println(failed.Region, apiError.Message, apiError.MayHaveActed)
			default:
				fmt.Println(failed.Region, errors.As(failed, new(*wrapper.ActionFailedError)))
			}
		}
	case err != nil: // of no region: nothing was started
		log.Fatal(err)
	}
	// Output:
	// mars1 Region is not available false
	// fra1 true
}
