package wrapper

import (
	"iter"
	"slices"
	"strings"

	"example.com/doimages/gen"
)

// Filter yields the items for which every predicate holds, and every error. It filters on the client, after reading;
// the filters of the API itself are in [ListParams].
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

// HasName is a predicate for [Filter]: images with exactly this name. Names need not be unique.
func HasName(name string) func(gen.Image) bool {
	return func(image gen.Image) bool { return image.Name == name }
}

// NameContains is a predicate for [Filter]: images with this text in the name, in upper or lower case.
func NameContains(text string) func(gen.Image) bool {
	text = strings.ToLower(text)
	return func(image gen.Image) bool { return strings.Contains(strings.ToLower(image.Name), text) }
}

// HasDistribution is a predicate for [Filter]: images of this distribution.
func HasDistribution(distribution gen.Distribution) func(gen.Image) bool {
	return func(image gen.Image) bool { return image.Distribution == distribution }
}

// HasType is a predicate for [Filter]: images of this type. Public distributions have been of the type base since late
// 2020, and were of the type snapshot before (payloads of Droplets, 2020 to 2025). An application was seen as
// application (packer-plugin-digitalocean#172, 2025).
func HasType(kind gen.ImageType) func(gen.Image) bool {
	return func(image gen.Image) bool { return image.Type == kind }
}

// InRegion is a predicate for [Filter]: images that can be used in this region.
func InRegion(region gen.RegionSlug) func(gen.Image) bool {
	return func(image gen.Image) bool { return slices.Contains(image.Regions, region) }
}

// HasTag is a predicate for [Filter]: images with this tag.
func HasTag(tag string) func(gen.Image) bool {
	return func(image gen.Image) bool { return slices.Contains(image.Tags, tag) }
}

// IsOfficial reports whether DigitalOcean provides the image: those are the images with a slug. One that was superseded
// is retired and has lost its slug (a Droplet's payload, 2025), so it does not count. It is a predicate for [Filter].
func IsOfficial(image gen.Image) bool { return image.Slug != nil && *image.Slug != "" }

// LatestPerDistribution returns the newest image of each distribution in a sequence, by CreatedAt and then by id. If
// the sequence ends with an error, it returns only that: among the images that are missing there may be a newer one.
func LatestPerDistribution(seq iter.Seq2[gen.Image, error]) (map[gen.Distribution]gen.Image, error) {
	latest := map[gen.Distribution]gen.Image{}
	for image, err := range seq {
		if err != nil {
			return nil, err
		}
		best, ok := latest[image.Distribution]
		if !ok || isNewer(image, best) {
			latest[image.Distribution] = image
		}
	}
	return latest, nil
}

func isNewer(a, b gen.Image) bool {
	if !a.CreatedAt.Equal(b.CreatedAt) {
		return a.CreatedAt.After(b.CreatedAt)
	}
	return a.ID > b.ID
}
