// Command consumer is a service in a module of its own. It stands for everyone who imports the wrapper.
// A test builds it.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func main() {
	client, err := wrapper.NewClient(os.Getenv("DIGITALOCEAN_TOKEN"))
	if err != nil {
		log.Fatal(err)
	}
	var images images = client
	image, err := images.WaitAvailable(context.Background(), 42)
	if errors.Is(err, wrapper.ErrNotFound) {
		log.Fatal("no such image")
	}
	fmt.Println(image, err)
}

// images is how a service names the part of the client that it uses, to put its own fake in its place.
type images interface {
	WaitAvailable(ctx context.Context, id int64, options ...wrapper.WaitOption) (*gen.Image, error)
}
