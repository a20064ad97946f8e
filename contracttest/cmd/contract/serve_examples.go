package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
)

// accountOf returns the account whose token the fake accepts.
func accountOf(token string) fakeapi.Account {
	return fakeapi.Account{
		Token: token,
		Email: "me@example.com",
		UUID:  "11111111-1111-4111-8111-111111111111",
	}
}

// examples serves each request with a fake of its own, which has what the examples of the contract name. Tools that
// send them do so in any order, and expect a success of each: a delete must not take away the image of the read that
// follows.
type examples struct {
	token    string
	settings []fakeapi.Option
	images   map[int64]gen.Image
	actions  []gen.Action
	slugs    []string // in paths, of images
	named    []int64  // ids of actions in paths, of whichever image the path names
}

// newExamples reads the examples of the contract.
func newExamples(token string, settings []fakeapi.Option) (*examples, error) {
	var document any
	if err := yaml.Unmarshal(openapi.Document(), &document); err != nil {
		return nil, fmt.Errorf("--examples: read the contract: %w", err)
	}
	e := &examples{
		token:    token,
		settings: slices.Clip(append(settings, fakeapi.WithRateLimit(0, 0))),
		images:   map[int64]gen.Image{},
	}
	e.collect(document)
	for _, action := range e.actions {
		e.addImage(gen.Image{ID: *action.ResourceID})
	}
	return e, nil
}

// collect reads the examples of a part of the contract: the images and actions of bodies, and the parameters of paths.
func (e *examples) collect(part any) {
	switch part := part.(type) {
	case []any:
		for _, item := range part {
			e.collect(item)
		}
	case map[string]any:
		if part["in"] == "path" {
			e.collectParameter(part)
		}
		for name, value := range part {
			switch name {
			case "image", "images":
				collectInto(value, e.addImage)
			case "action", "actions":
				collectInto(value, e.addAction)
			}
			e.collect(value)
		}
	}
}

// collectInto adds an example, or each of a list. A schema of the same name has no id.
func collectInto[T any](value any, add func(T)) {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	for _, item := range list {
		fields, _ := item.(map[string]any)
		if _, hasID := fields["id"].(int); !hasID {
			continue
		}
		var example T
		written, err := json.Marshal(fields)
		if err == nil && json.Unmarshal(written, &example) == nil {
			add(example)
		}
	}
}

// collectParameter reads the examples of a parameter of a path.
func (e *examples) collectParameter(parameter map[string]any) {
	values := []any{parameter["example"]}
	several, _ := parameter["examples"].(map[string]any)
	for _, one := range several {
		fields, _ := one.(map[string]any)
		values = append(values, fields["value"])
	}
	for _, value := range values {
		switch value := value.(type) {
		case string:
			e.slugs = append(e.slugs, value)
		case int:
			if parameter["name"] == "action_id" {
				e.named = append(e.named, int64(value))
				continue
			}
			e.addImage(gen.Image{ID: int64(value)})
		}
	}
}

func (e *examples) addImage(image gen.Image) {
	if known, ok := e.images[image.ID]; !ok || known.Name == "" {
		e.images[image.ID] = image
	}
}

func (e *examples) addAction(action gen.Action) {
	if action.ResourceID != nil {
		e.actions = append(e.actions, action)
	}
}

// ServeHTTP implements [http.Handler].
func (e *examples) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, rest := e.pathOf(r)
	fake := fakeapi.New(append(e.settings, e.holdings(id, rest, r.Method)...)...)
	if strings.HasPrefix(rest, "account_transfer/") {
		e.offer(fake, id, r)
	}
	fake.ServeHTTP(w, r)
}

// pathOf returns the image that a path names, 0 if none of the examples, and what follows it.
func (e *examples) pathOf(r *http.Request) (id int64, rest string) {
	path, _ := strings.CutPrefix(r.URL.Path, "/v2/images/")
	name, rest, _ := strings.Cut(path, "/")
	id, _ = strconv.ParseInt(name, 10, 64)
	if _, known := e.images[id]; !known {
		id = 0
	}
	return id, strings.TrimSuffix(rest, "/")
}

// holdings returns what the fake holds for a request. The image that its path names is of the type that the operation
// needs, and in none of the regions that it may be transferred to.
func (e *examples) holdings(id int64, rest, method string) []fakeapi.Option {
	var images []gen.Image
	for _, image := range e.images {
		image.Status, image.Type = gen.ImageStatusAvailable, gen.ImageTypeCustom
		image.Name = cmp.Or(image.Name, "an example") // the examples of paths name images of which they say no more
		image.Distribution = cmp.Or(image.Distribution, gen.DistributionUnknown)
		if image.ID == id && strings.HasPrefix(rest, "account_transfer") {
			image.Type = gen.ImageTypeSnapshot
		}
		if image.ID == id && method == http.MethodPost {
			image.Regions = nil
		}
		image.Public, image.Slug = false, nil
		images = append(images, image)
	}
	for i, slug := range e.slugs {
		images = append(images, gen.Image{
			ID:           int64(i + 1),
			Name:         slug,
			Slug:         &slug,
			Distribution: gen.DistributionUnknown,
			Type:         gen.ImageTypeBase,
			Public:       true,
		})
	}
	actions := slices.Clip(e.actions)
	if id != 0 {
		for _, named := range e.named {
			actions = append(actions, completedAction(named, id))
		}
	}
	return []fakeapi.Option{fakeapi.WithImages(images...), fakeapi.WithActions(actions...)}
}

// completedAction returns a transfer that has ended.
func completedAction(id, image int64) gen.Action {
	began := time.Date(2020, 11, 14, 16, 29, 21, 0, time.UTC)
	ended := began.Add(45 * time.Second)
	region := gen.Region{
		Name:      "New York 3",
		Slug:      "nyc3",
		Available: true,
		Features:  []string{},
		Sizes:     []string{},
	}
	return gen.Action{
		ID:           id,
		Status:       gen.ActionStatusCompleted,
		Type:         "transfer",
		StartedAt:    began,
		CompletedAt:  &ended,
		ResourceID:   &image,
		ResourceType: "image",
		RegionSlug:   &region.Slug,
		Region:       &region,
	}
}

// offer offers an image to the account itself, which may then accept, decline or cancel: the id of the first transfer
// of a fake is that of the examples.
func (e *examples) offer(fake *fakeapi.API, id int64, r *http.Request) {
	body := fmt.Sprintf(`{"recipient_email":%q}`, accountOf(e.token).Email)
	address := fmt.Sprintf("%s/v2/images/%d/account_transfer", openapi.BaseURL, id)
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return
	}
	req.Header.Set("Authorization", "Bearer "+e.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := fake.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
}
