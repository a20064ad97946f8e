package contracttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// missingID is the id of no image and no action: far above any real one, and still within 63 bits, so that typed
// clients and servers can read it.
const missingID int64 = 1<<62 + 1

// missingImagePath is the path of an image that does not exist.
var missingImagePath = fmt.Sprintf("/v2/images/%d", missingID)

// imageIDs returns the ids of images, in their order.
func imageIDs(images []gen.Image) []int64 {
	ids := make([]int64, len(images))
	for i, image := range images {
		ids[i] = image.ID
	}
	return ids
}

// imageJSON returns an image as it is compared and as errors quote it. A struct with pointers shows addresses
// instead.
func imageJSON(image gen.Image) string {
	text, _ := json.Marshal(image) // an image has no value that JSON cannot hold
	return string(text)
}

// expectNotFound demands the documented error of something that does not exist. The wrapper accepts any id, and a
// second delete.
func expectNotFound(err error) error {
	var apiError *wrapper.Error
	switch {
	case err == nil:
		return fmt.Errorf("the request succeeded, expected: %w", wrapper.ErrNotFound)
	case !errors.Is(err, wrapper.ErrNotFound):
		return fmt.Errorf("expected %q: %w", wrapper.ErrNotFound, err)
	case !errors.As(err, &apiError) || apiError.ID != "not_found" || apiError.Message == "":
		return fmt.Errorf("the error needs the id not_found and a message: %w", err)
	}
	return nil
}

// expectRefused demands an error that blames the request, whatever its shape.
func expectRefused(err error) error {
	var apiError *wrapper.Error
	if err == nil {
		return errors.New("the request succeeded, expected 4xx")
	}
	if !errors.As(err, &apiError) || apiError.Status/100 != 4 {
		return fmt.Errorf("expected 4xx: %w", err)
	}
	return nil
}

// expectAlreadyDeleted demands the error that was seen of a second delete (Terraform's provider, and public notes of
// 2026).
func expectAlreadyDeleted(err error) error {
	if err == nil {
		return errors.New("the request succeeded, expected 422")
	}
	if !errors.Is(err, wrapper.ErrAlreadyDeleted) {
		return fmt.Errorf("expected %q: %w", wrapper.ErrAlreadyDeleted, err)
	}
	return nil
}

// expectUnauthorized demands the documented refusal of a request without a valid token.
func expectUnauthorized(request rawRequest, resp rawResponse) error {
	if resp.status != http.StatusUnauthorized {
		return fmt.Errorf("%s: the response has status %d, expected 401", request, resp.status)
	}
	var body gen.Error
	// Seen as unauthorized (dchonch/digitalocean-postman, 2018) and Unauthorized (JupiterOne/graph-digitalocean, 2022).
	if err := json.Unmarshal(resp.body, &body); err != nil || !strings.EqualFold(body.ID, "unauthorized") {
		return fmt.Errorf("%s: the error needs the id unauthorized", request)
	}
	return nil
}
