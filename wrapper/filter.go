package wrapper

import (
	"iter"
	"slices"
	"strings"

	"example.com/doimages/gen"
)

// Filter passes on the items for which every predicate holds, and errors always. It filters what was read; ListParams
// has the filters of the API itself.
func Filter[T any](seq iter.Seq2[T, error], predicates ...func(T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for item, err := range seq {
			if err == nil && !satisfies(item, predicates) {
				continue
			}
			if !yield(item, err) {
				return
			}
		}
	}
}

func satisfies[T any](item T, predicates []func(T) bool) bool {
	for _, holds := range predicates {
		if !holds(item) {
			return false
		}
	}
	return true
}

// HasName holds for images with exactly this name. Names need not be unique.
func HasName(name string) func(gen.Image) bool {
	return func(image gen.Image) bool { return image.Name == name }
}

// NameContains holds for images with this text in the name, whatever the case of its letters.
func NameContains(text string) func(gen.Image) bool {
	text = strings.ToLower(text)
	return func(image gen.Image) bool { return strings.Contains(strings.ToLower(image.Name), text) }
}

// HasDistribution holds for images of this distribution.
func HasDistribution(distribution gen.Distribution) func(gen.Image) bool {
	return func(image gen.Image) bool { return image.Distribution == distribution }
}

// HasType holds for images of this type. Public distributions and applications are of the type snapshot.
func HasType(kind gen.ImageType) func(gen.Image) bool {
	return func(image gen.Image) bool { return image.Type == kind }
}

// InRegion holds for images that can be used in this region.
func InRegion(region gen.RegionSlug) func(gen.Image) bool {
	return func(image gen.Image) bool { return slices.Contains(image.Regions, region) }
}

// HasTag holds for images with this tag.
func HasTag(tag string) func(gen.Image) bool {
	return func(image gen.Image) bool { return slices.Contains(image.Tags, tag) }
}

// IsOfficial holds for images that DigitalOcean provides, which are those with a slug.
func IsOfficial(image gen.Image) bool { return image.Slug != nil && *image.Slug != "" }

// LatestPerDistribution returns the newest image of each distribution in a sequence, by CreatedAt and then by id. An
// error of the sequence is returned alone: without the images that it cut off, none is known to be the newest.
func LatestPerDistribution(seq iter.Seq2[gen.Image, error]) (map[gen.Distribution]gen.Image, error) {
	latest := map[gen.Distribution]gen.Image{}
	for image, err := range seq {
		if err != nil {
			return nil, err
		}
		best, ok := latest[image.Distribution]
		if !ok || image.CreatedAt.Compare(best.CreatedAt) > 0 || image.CreatedAt.Equal(best.CreatedAt) && image.ID > best.ID {
			latest[image.Distribution] = image
		}
	}
	return latest, nil
}
