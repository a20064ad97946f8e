package fakeapi

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"example.com/doimages/gen"
)

// catalogue is a believable set of images, each a function of the seed and its place. None of them is held in memory.
type catalogue struct {
	n     int
	seed  uint64
	epoch time.Time // of the first image
}

// epochOf returns when the first image of a catalogue was made. The newest of a million has to be older than what a
// test creates, and the clock of a testing/synctest bubble begins in 2000.
func epochOf(now time.Time) time.Time {
	if epoch := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC); now.Sub(epoch) > 4*365*24*time.Hour {
		return epoch
	}
	return time.Date(1996, 1, 1, 0, 0, 0, 0, time.UTC)
}

const (
	firstID = 6_000_000
	idStep  = 7 // ids have gaps, as real ones do

	interval = 2 * time.Minute // between one image and the next, so that a million of them are in the past
)

func (c catalogue) id(place int) int64 { return firstID + int64(place)*idStep }

func (c catalogue) place(id int64) (place int, ok bool) {
	place = int(id-firstID) / idStep
	return place, id >= firstID && c.id(place) == id && place < c.n
}

// release is a distribution in one version.
type release struct {
	distribution gen.Distribution
	name         string
	slug         string
}

var releases = []release{
	{distribution: gen.DistributionUbuntu, name: "20.04 (LTS) x64", slug: "ubuntu-20-04-x64"},
	{distribution: gen.DistributionUbuntu, name: "22.04 (LTS) x64", slug: "ubuntu-22-04-x64"},
	{distribution: gen.DistributionUbuntu, name: "24.04 (LTS) x64", slug: "ubuntu-24-04-x64"},
	{distribution: gen.DistributionDebian, name: "11 x64", slug: "debian-11-x64"},
	{distribution: gen.DistributionDebian, name: "12 x64", slug: "debian-12-x64"},
	{distribution: gen.DistributionDebian, name: "13 x64", slug: "debian-13-x64"},
	{distribution: gen.DistributionFedora, name: "41 x64", slug: "fedora-41-x64"},
	{distribution: gen.DistributionFedora, name: "42 x64", slug: "fedora-42-x64"},
	{distribution: gen.DistributionCentOS, name: "9 Stream x64", slug: "centos-stream-9-x64"},
	{distribution: gen.DistributionCentOS, name: "10 Stream x64", slug: "centos-stream-10-x64"},
	{distribution: gen.DistributionRockyLinux, name: "8 x64", slug: "rockylinux-8-x64"},
	{distribution: gen.DistributionRockyLinux, name: "9 x64", slug: "rockylinux-9-x64"},
}

var (
	applications = []string{
		"Docker", "WordPress", "LAMP", "LEMP", "MySQL", "NodeJS",
		"Django", "GitLab", "Ghost", "Discourse", "MongoDB", "Redis",
	}
	regions = []gen.RegionSlug{
		"ams3", "atl1", "blr1", "fra1", "lon1", "nyc1", "nyc2", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1",
	}
	tags         = []string{"base-image", "prod", "staging", "web", "db"}
	diskSizes    = []int{7, 10, 20, 25, 50}
	privateTypes = []gen.ImageType{ // half of the private images are snapshots
		gen.ImageTypeSnapshot, gen.ImageTypeSnapshot, gen.ImageTypeBackup, gen.ImageTypeCustom,
	}
)

// counts returns how many images are distributions and applications, at most a fifth of the catalogue each. Places go
// up with time: the distributions are the oldest, then come the applications, then the private images.
func (c catalogue) counts() (distributions, apps int) {
	return min(len(releases), c.n/5), min(len(applications), c.n/5)
}

// isForEverybody reports whether the image in a place is a distribution or an application.
func (c catalogue) isForEverybody(place int) bool {
	distributions, apps := c.counts()
	return place < distributions+apps
}

// image makes the image in a place. Its regions are a part of a slice that all images share. They are clipped, so that
// appending to them copies them; a caller that hands the image out has to clone it.
func (c catalogue) image(place int) gen.Image {
	rng := rand.New(rand.NewPCG(c.seed, uint64(place)))
	image := gen.Image{
		ID:            c.id(place),
		CreatedAt:     c.epoch.Add(time.Duration(place) * interval),
		Type:          gen.ImageTypeSnapshot,
		Status:        gen.ImageStatusAvailable,
		Tags:          []string{},
		MinDiskSize:   ptr(diskSizes[rng.IntN(len(diskSizes))]),
		SizeGigabytes: ptr(float64(rng.IntN(2000)+20) / 100),
	}
	distributions, apps := c.counts()
	switch {
	case place < distributions:
		makeDistribution(&image, releases[place])
	case place < distributions+apps:
		makeApplication(&image, applications[place-distributions])
	default:
		makePrivate(&image, place, rng)
	}
	return image
}

func makeDistribution(image *gen.Image, r release) {
	image.Type, image.Public = gen.ImageTypeBase, true
	image.Name, image.Slug, image.Distribution = r.name, ptr(r.slug), r.distribution
	image.Regions = slices.Clip(regions)
}

// makeApplication makes an application that is not public, though everybody can use it: one was seen so in 2025.
func makeApplication(image *gen.Image, name string) {
	image.Type = gen.ImageTypeApplication
	image.Name, image.Slug = name+" on Ubuntu 24.04", ptr(strings.ToLower(name)+"-24-04")
	image.Distribution = gen.DistributionUbuntu
	image.Regions = slices.Clip(regions)
}

func makePrivate(image *gen.Image, place int, rng *rand.Rand) {
	image.Distribution = releases[place%len(releases)].distribution
	image.Type = privateTypes[place%len(privateTypes)]
	image.Name = fmt.Sprintf("%s of web-%d", image.Type, rng.IntN(100))
	from := rng.IntN(len(regions))
	image.Regions = slices.Clip(regions[from:min(from+1+rng.IntN(2), len(regions))])
	if place%3 == 0 {
		image.Tags = []string{tags[rng.IntN(len(tags))], "fleet"}
	}
	if image.Type != gen.ImageTypeCustom {
		return
	}
	image.Description = "built by the fleet's pipeline"
	if place%12 == 11 { // every third custom image
		image.Distribution = gen.DistributionUnknownOS
	}
}

func ptr[T any](v T) *T { return &v }
