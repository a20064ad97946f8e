package wrapper_test

import (
	"context"
	"errors"
	"fmt"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// imageGetter is what isUsable needs of a client, and nothing more.
type imageGetter interface {
	Get(ctx context.Context, id int64) (*gen.Image, error)
}

var _ imageGetter = (*wrapper.Client)(nil)

// isUsable is the code under test.
func isUsable(ctx context.Context, images imageGetter, id int64) (bool, error) {
	image, err := images.Get(ctx, id)
	if errors.Is(err, wrapper.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return image.Status == gen.ImageStatusAvailable, nil
}

// mockGetter is a mock: an image for each id.
type mockGetter map[int64]gen.Image

func (m mockGetter) Get(_ context.Context, id int64) (*gen.Image, error) {
	image, ok := m[id]
	if !ok {
		return nil, &wrapper.Error{Status: 404, ID: "not_found", Message: "no such image"}
	}
	return &image, nil
}

// A mock needs no more than the methods that are called. The fake of package fakeapi is better wherever images are
// imported, listed or awaited: TESTING.md says why.
func Example_mock() {
	images := mockGetter{
		1: {ID: 1, Status: gen.ImageStatusAvailable},
		2: {ID: 2, Status: gen.ImageStatusPending},
	}
	for id := range int64(4) {
		usable, err := isUsable(context.Background(), images, id)
		fmt.Println(id, usable, err)
	}
	// Output:
	// 0 false <nil>
	// 1 true <nil>
	// 2 false <nil>
	// 3 false <nil>
}
