package fakeapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"example.com/doimages/gen"
	"example.com/doimages/gen/server"
)

func (s *service) ImagesCreateCustom(
	ctx context.Context, r server.ImagesCreateCustomRequestObject,
) (server.ImagesCreateCustomResponseObject, error) {
	c := callerOf(ctx)
	if err := createProblem(r.Body); err != nil {
		return nil, err
	}
	from := sourceOf(r.Body.URL)
	if from.hasQuery() && !s.store.signedURLs {
		return nil, errQuery
	}
	if !from.reachable(s.store.unreachable) {
		return sourceUnreachable(s.startImport(c, r.Body, errUnreachable.message)), nil
	}
	if c.failWith != nil {
		return importStarted(s.startImport(c, r.Body, *c.failWith)), nil
	}
	return importStarted(s.startImport(c, r.Body, from.problem())), nil
}

// createProblem returns why an image cannot be created, or nil.
func createProblem(asked *gen.ImageCreate) error {
	if asked.Name == "" {
		return refuse("Name can't be blank")
	}
	if asked.URL == "" {
		return refuse("Url can't be blank")
	}
	if !asked.Region.Valid() {
		return refuse("Region is not available")
	}
	return nil
}

// startImport makes an image whose import has begun, and will fail if problem says why.
func (s *service) startImport(c caller, asked *gen.ImageCreate, problem string) newImage {
	created := s.store.addImage(gen.Image{
		Name:         asked.Name,
		Description:  asked.Description,
		Distribution: knownDistribution(asked.Distribution),
		Type:         gen.ImageTypeCustom,
		Status:       gen.ImageStatusNEW,
		Tags:         append([]string{}, asked.Tags...),
	}, c.now)
	created.owner = c.account
	created.UpdatedAt = ptr(created.CreatedAt)
	s.store.running = append(s.store.running, &imageImport{
		id:      created.ID,
		began:   c.now,
		region:  asked.Region,
		problem: problem,
	})
	return newImageOf(created.Image)
}

// knownDistribution returns a distribution as images carry it: one that the API does not know becomes Unknown OS.
func knownDistribution(asked gen.Distribution) gen.Distribution {
	if asked.Valid() && asked != gen.DistributionUnknown {
		return asked
	}
	return gen.DistributionUnknownOS
}

// newImage is an image in the response to a create. It has the fields that were seen there: gen.Image would add slug,
// public, min_disk_size and size_gigabytes.
type newImage struct {
	CreatedAt    time.Time        `json:"created_at"`
	Description  string           `json:"description"`
	Distribution gen.Distribution `json:"distribution"`
	ErrorMessage string           `json:"error_message"`
	ID           int64            `json:"id"`
	Name         string           `json:"name"`
	Regions      []gen.RegionSlug `json:"regions"`
	Status       gen.ImageStatus  `json:"status"`
	Tags         []string         `json:"tags"`
	Type         gen.ImageType    `json:"type"`
	UpdatedAt    *time.Time       `json:"updated_at"`
}

func newImageOf(image gen.Image) newImage {
	return newImage{
		CreatedAt:    image.CreatedAt,
		Description:  image.Description,
		Distribution: image.Distribution,
		ErrorMessage: image.ErrorMessage,
		ID:           image.ID,
		Name:         image.Name,
		Regions:      image.Regions,
		Status:       image.Status,
		Tags:         image.Tags,
		Type:         image.Type,
		UpdatedAt:    image.UpdatedAt,
	}
}

// write writes the document of a new image.
func (i newImage) write(w http.ResponseWriter) error {
	return json.NewEncoder(w).Encode(map[string]newImage{"image": i})
}

// importStarted is the 202 to a create.
type importStarted newImage

func (i importStarted) VisitImagesCreateCustomResponse(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusAccepted)
	return newImage(i).write(w)
}

// sourceUnreachable is the 400 to a create from a URL that cannot be reached: two documents in one body.
type sourceUnreachable newImage

func (i sourceUnreachable) VisitImagesCreateCustomResponse(w http.ResponseWriter) error {
	w.WriteHeader(errUnreachable.status)
	err := json.NewEncoder(w).Encode(gen.Error{ID: errUnreachable.id, Message: errUnreachable.message})
	if err != nil {
		return err
	}
	return newImage(i).write(w)
}
