package wrapper

import (
	"context"
	"errors"
	"fmt"

	"example.com/doimages/gen"
)

// AmbiguousNameError is a name that several private images have: names need not be unique.
type AmbiguousNameError struct {
	Name string
	IDs  []int64 // of all images with this name, in the order of the list
}

func (e *AmbiguousNameError) Error() string {
	const shown = 10
	text := fmt.Sprintf("%d private images have the name %q: ", len(e.IDs), shorten(e.Name))
	if len(e.IDs) > shown {
		return fmt.Sprintf("%s%d and more", text, e.IDs[:shown])
	}
	return fmt.Sprintf("%s%d", text, e.IDs)
}

func (*AmbiguousNameError) ofCall() {}

// GetByName returns the private image with exactly this name, upper and lower case included, whatever its status. It
// reads the list of private images, 200 with a request, since the API cannot filter by name.
//
// If there is none, the error is [ErrNotFound], without an [*Error], since no request failed. If there are several, it
// is an [*AmbiguousNameError] with their ids. To choose among them, such as the newest that is available, use [Filter]
// with [HasName] and [Newest]. The other errors are those of [Client.Images].
//
// https://docs.digitalocean.com/reference/api/reference/images/
func (c *Client) GetByName(ctx context.Context, name string) (*gen.Image, error) {
	if name == "" {
		return nil, errors.New("get image by name: the name is missing")
	}
	op := operation{what: fmt.Sprintf("get image by name %q", name)}
	images, err := Collect(Filter(c.Images(ctx, ListParams{Private: true}), HasName(name)))
	switch {
	case err != nil:
		return nil, c.wrap(op, err)
	case len(images) == 0:
		return nil, c.wrap(op, fmt.Errorf("%w: no private image has this name", ErrNotFound))
	case len(images) == 1:
		return &images[0], nil
	}
	ambiguous := &AmbiguousNameError{Name: name}
	for _, image := range images {
		ambiguous.IDs = append(ambiguous.IDs, image.ID)
	}
	return nil, c.wrap(op, ambiguous)
}
