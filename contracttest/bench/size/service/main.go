// Command service is hello with doimages: it lists, creates, waits and distributes.
package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func main() {
	resp, err := http.Get(os.Args[1])
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	var value any
	if err := json.NewDecoder(resp.Body).Decode(&value); err != nil {
		panic(err)
	}

	ctx := context.Background()
	client, err := wrapper.NewClient(os.Getenv("DIGITALOCEAN_TOKEN"))
	if err != nil {
		panic(err)
	}
	images, err := wrapper.Collect(client.Images(ctx, wrapper.ListParams{Private: true}))
	if err != nil {
		panic(err)
	}
	image, err := client.CreateAndWait(ctx, gen.ImageCreate{
		Name:   images[0].Name,
		URL:    os.Args[2],
		Region: gen.RegionSlugNyc3,
	})
	if err != nil {
		panic(err)
	}
	if err := client.Distribute(ctx, image.ID, []gen.RegionSlug{gen.RegionSlugAms3}); err != nil {
		panic(err)
	}
}
