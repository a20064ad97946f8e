package fakeapi

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.com/doimages/gen"
)

// catalogue is a believable set of images, each a function of the seed and its place: nothing is held.
type catalogue struct {
	n    int
	seed uint64
}

const (
	firstID = 6_000_000
	idStep  = 7 // ids have gaps, as real ones do
)

func (c catalogue) id(place int) int64 { return firstID + int64(place)*idStep }

func (c catalogue) place(id int64) (place int, ok bool) {
	place = int(id-firstID) / idStep
	return place, id >= firstID && c.id(place) == id && place < c.n
}

var (
	releases = []struct {
		distribution gen.Distribution
		name, slug   string
	}{
		{gen.DistributionUbuntu, "20.04 (LTS) x64", "ubuntu-20-04-x64"},
		{gen.DistributionUbuntu, "22.04 (LTS) x64", "ubuntu-22-04-x64"},
		{gen.DistributionUbuntu, "24.04 (LTS) x64", "ubuntu-24-04-x64"},
		{gen.DistributionDebian, "11 x64", "debian-11-x64"},
		{gen.DistributionDebian, "12 x64", "debian-12-x64"},
		{gen.DistributionDebian, "13 x64", "debian-13-x64"},
		{gen.DistributionFedora, "41 x64", "fedora-41-x64"},
		{gen.DistributionFedora, "42 x64", "fedora-42-x64"},
		{gen.DistributionCentOS, "9 Stream x64", "centos-stream-9-x64"},
		{gen.DistributionCentOS, "10 Stream x64", "centos-stream-10-x64"},
		{gen.DistributionRockyLinux, "8 x64", "rocky-linux-8-x64"},
		{gen.DistributionRockyLinux, "9 x64", "rocky-linux-9-x64"},
	}
	applications = []string{"Docker", "WordPress", "LAMP", "LEMP", "MySQL", "NodeJS", "Django", "GitLab", "Ghost", "Discourse", "MongoDB", "Redis"}
	regions      = []gen.RegionSlug{"ams3", "blr1", "fra1", "lon1", "nyc1", "nyc2", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1"}
	tags         = []string{"base-image", "prod", "staging", "web", "db"}
)

// image makes the image in a place: distributions first, then applications, a fifth of the catalogue each at most,
// then the private images. Its regions are those of every image: they are clipped, so that appending copies them, and who
// hands an image out clones it.
func (c catalogue) image(place int) gen.Image {
	rng := rand.New(rand.NewPCG(c.seed, uint64(place)))
	image := gen.Image{
		ID:            c.id(place),
		CreatedAt:     time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(place) * 17 * time.Minute),
		Type:          gen.ImageTypeSnapshot,
		Status:        gen.ImageStatusAvailable,
		Tags:          []string{},
		MinDiskSize:   ptr([]int{7, 10, 20, 25, 50}[rng.IntN(5)]),
		SizeGigabytes: ptr(float64(rng.IntN(2000)+20) / 100),
	}
	release := releases[place%len(releases)]
	image.Distribution = release.distribution
	distributions, apps := min(len(releases), c.n/5), min(len(applications), c.n/5)
	switch {
	case place < distributions:
		image.Name, image.Slug, image.Public = release.name, ptr(release.slug), true
		image.Regions = slices.Clip(regions)
	case place < distributions+apps:
		name := applications[place-distributions]
		image.Name, image.Slug, image.Public = name+" on Ubuntu 24.04", ptr(strings.ToLower(name)+"-24-04"), true
		image.Distribution, image.Regions = gen.DistributionUbuntu, slices.Clip(regions)
	default:
		image.Type = []gen.ImageType{gen.ImageTypeSnapshot, gen.ImageTypeSnapshot, gen.ImageTypeBackup, gen.ImageTypeCustom}[place%4]
		image.Name = fmt.Sprintf("%s of web-%d", image.Type, rng.IntN(100))
		from := rng.IntN(len(regions))
		image.Regions = slices.Clip(regions[from:min(from+1+rng.IntN(2), len(regions))])
		if place%3 == 0 {
			image.Tags = []string{tags[rng.IntN(len(tags))], "fleet"}
		}
		if image.Type == gen.ImageTypeCustom {
			image.Description = "built by the fleet's pipeline"
		}
	}
	return image
}

// isApplication tells a public application from a distribution: its slug does not begin with what it runs on.
func isApplication(image gen.Image) bool {
	name, _, _ := strings.Cut(strings.ToLower(string(image.Distribution)), " ")
	return image.Slug != nil && !strings.HasPrefix(*image.Slug, name)
}

func ptr[T any](v T) *T { return &v }
