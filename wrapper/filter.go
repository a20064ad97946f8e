package wrapper

import (
	"cmp"
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

// LatestPerDistribution returns the newest image of each distribution in a sequence, by CreatedAt and then by id. It
// leaves out images whose status is not available: a Droplet cannot be created from them. If the sequence ends with an
// error, it returns only that: among the images that are missing there may be a newer one.
func LatestPerDistribution(seq iter.Seq2[gen.Image, error]) (map[gen.Distribution]gen.Image, error) {
	latest := map[gen.Distribution]gen.Image{}
	for image, err := range seq {
		if err != nil {
			return nil, err
		}
		best, ok := latest[image.Distribution]
		if image.Status == gen.ImageStatusAvailable && (!ok || newestFirst(image, best) < 0) {
			latest[image.Distribution] = image
		}
	}
	return latest, nil
}

// Newest returns the newest n images of a sequence, by CreatedAt and then by id, the newest first. It reads the whole
// sequence, and keeps no more than 2n images in memory. It takes images of every status: to choose among those that are
// available, use [Filter] first.
//
// If the sequence ends with an error, it returns only that: among the images that are missing there may be newer ones.
// With an n of 0 or less it returns no image, and reads nothing.
//
// An image that was deleted after its page was read is among them (see [Client.Images]). So before you delete all but
// the newest n, read those with [Client.Get], as the example about retention does: else fewer than n may be left.
func Newest(seq iter.Seq2[gen.Image, error], n int) ([]gen.Image, error) {
	if n <= 0 {
		return nil, nil
	}
	var images []gen.Image
	for image, err := range seq {
		if err != nil {
			return nil, err
		}
		images = append(images, image)
		if len(images)-n >= n { // sorted once for n images, since a full list would be moved for each
			images = firstSorted(images, n)
		}
	}
	return firstSorted(images, n), nil
}

// firstSorted sorts images, the newest first, and returns the first n.
func firstSorted(images []gen.Image, n int) []gen.Image {
	slices.SortFunc(images, newestFirst)
	return images[:min(n, len(images))]
}

// newestFirst compares images for a list that begins with the newest. Of two that were created together, the one with
// the higher id was created later.
func newestFirst(a, b gen.Image) int {
	return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
}
