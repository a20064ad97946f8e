package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

var errBroken = errors.New("broken")

// sequence yields images and then err, if there is one.
func sequence(err error, images ...gen.Image) iter.Seq2[gen.Image, error] {
	return func(yield func(gen.Image, error) bool) {
		for _, image := range images {
			if !yield(image, nil) {
				return
			}
		}
		if err != nil {
			yield(gen.Image{}, err)
		}
	}
}

var (
	jammy = gen.Image{ID: 1, Name: "22.04 (LTS) x64", Distribution: gen.DistributionUbuntu, Type: gen.ImageTypeSnapshot, Public: true,
		Slug: ptr("ubuntu-22-04-x64"), Regions: []gen.RegionSlug{"nyc1", "nyc3"}, CreatedAt: time.Unix(100, 0), Status: gen.ImageStatusAvailable}
	noble = gen.Image{ID: 2, Name: "24.04 (LTS) x64", Distribution: gen.DistributionUbuntu, Type: gen.ImageTypeSnapshot, Public: true,
		Slug: ptr("ubuntu-24-04-x64"), Regions: []gen.RegionSlug{"nyc3"}, CreatedAt: time.Unix(200, 0), Status: gen.ImageStatusAvailable}
	backup = gen.Image{ID: 3, Name: "Nightly of web-1", Distribution: gen.DistributionDebian, Type: gen.ImageTypeBackup,
		Regions: []gen.RegionSlug{"fra1"}, Tags: []string{"prod", "web"}, CreatedAt: time.Unix(150, 0), Status: gen.ImageStatusAvailable}
	shared = gen.Image{ID: 4, Name: "nightly", Distribution: gen.DistributionDebian, Type: gen.ImageTypeCustom, Public: true,
		Slug: ptr(""), Regions: []gen.RegionSlug{}, CreatedAt: time.Unix(150, 0), Status: gen.ImageStatusAvailable}
)

func TestFilter(t *testing.T) {
	for name, test := range map[string]struct {
		predicates []func(gen.Image) bool
		want       []int64
	}{
		"nothing":             {want: []int64{1, 2, 3, 4}},
		"HasName":             {predicates: []func(gen.Image) bool{wrapper.HasName("nightly")}, want: []int64{4}},
		"NameContains":        {predicates: []func(gen.Image) bool{wrapper.NameContains("NIGHT")}, want: []int64{3, 4}},
		"HasDistribution":     {predicates: []func(gen.Image) bool{wrapper.HasDistribution(gen.DistributionUbuntu)}, want: []int64{1, 2}},
		"HasType":             {predicates: []func(gen.Image) bool{wrapper.HasType(gen.ImageTypeBackup)}, want: []int64{3}},
		"InRegion":            {predicates: []func(gen.Image) bool{wrapper.InRegion(gen.RegionSlugNyc3)}, want: []int64{1, 2}},
		"HasTag":              {predicates: []func(gen.Image) bool{wrapper.HasTag("web")}, want: []int64{3}},
		"IsOfficial":          {predicates: []func(gen.Image) bool{wrapper.IsOfficial}, want: []int64{1, 2}},
		"several":             {predicates: []func(gen.Image) bool{wrapper.IsOfficial, wrapper.InRegion("nyc1"), wrapper.NameContains("x64")}, want: []int64{1}},
		"several, none holds": {predicates: []func(gen.Image) bool{wrapper.IsOfficial, wrapper.HasTag("web")}},
	} {
		t.Run(name, func(t *testing.T) {
			var ids []int64
			for image, err := range wrapper.Filter(sequence(nil, jammy, noble, backup, shared), test.predicates...) {
				require.NoError(t, err)
				ids = append(ids, image.ID)
			}
			assert.Equal(t, test.want, ids)
		})
	}
}

// The API has no filter for the type of an image.
func ExampleHasType() {
	client := exampleClient(fakeapi.WithImages(
		gen.Image{ID: 1, Name: "nightly of web-1", Type: gen.ImageTypeBackup},
		gen.Image{ID: 2, Name: "talos", Type: gen.ImageTypeCustom},
	))
	images := client.Images(context.Background(), wrapper.ListParams{Private: true})
	for image, err := range wrapper.Filter(images, wrapper.HasType(gen.ImageTypeCustom)) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(image.Name)
	}
	// Output: talos
}

func TestFilterPassesErrorsOnAndStops(t *testing.T) {
	none := func(gen.Image) bool { return false }
	_, err := wrapper.Collect(wrapper.Filter(sequence(errBroken, jammy), none))
	assert.ErrorIs(t, err, errBroken)

	for _, err := range wrapper.Filter(sequence(nil, jammy, noble)) {
		require.NoError(t, err)
		break // a sequence that went on after this would panic
	}
}

func TestLatestPerDistribution(t *testing.T) {
	latest, err := wrapper.LatestPerDistribution(sequence(nil, noble, jammy, shared, backup))
	require.NoError(t, err)
	assert.Equal(t, map[gen.Distribution]gen.Image{gen.DistributionUbuntu: noble, gen.DistributionDebian: shared}, latest)

	latest, err = wrapper.LatestPerDistribution(sequence(nil, backup, shared, jammy, noble))
	require.NoError(t, err)
	assert.Equal(t, map[gen.Distribution]gen.Image{gen.DistributionUbuntu: noble, gen.DistributionDebian: shared}, latest)

	latest, err = wrapper.LatestPerDistribution(sequence(errBroken, noble, jammy))
	assert.ErrorIs(t, err, errBroken)
	assert.Nil(t, latest)
}

// The newest of a distribution is no use if no Droplet can be created from it.
func TestLatestPerDistributionLeavesOutWhatIsNotAvailable(t *testing.T) {
	for _, status := range []gen.ImageStatus{"NEW", "new", "pending", "deleted", "retired", "", "thawing"} {
		newer := noble
		newer.ID, newer.Status = 9, status
		latest, err := wrapper.LatestPerDistribution(sequence(nil, newer, jammy))
		require.NoError(t, err)
		assert.Equal(t, map[gen.Distribution]gen.Image{gen.DistributionUbuntu: jammy}, latest, status)
		latest, err = wrapper.LatestPerDistribution(sequence(nil, newer))
		require.NoError(t, err)
		assert.Empty(t, latest, status)
	}
}

func TestNewest(t *testing.T) {
	all := []gen.Image{jammy, noble, backup, shared}
	for n, want := range map[int][]int64{
		-1:          nil,
		0:           nil,
		1:           {2},
		2:           {2, 4},
		3:           {2, 4, 3},
		4:           {2, 4, 3, 1},
		5:           {2, 4, 3, 1},
		math.MaxInt: {2, 4, 3, 1},
	} {
		newest, err := wrapper.Newest(sequence(nil, all...), n)
		require.NoError(t, err)
		var ids []int64
		for _, image := range newest {
			ids = append(ids, image.ID)
		}
		assert.Equal(t, want, ids, "the newest %d", n)
	}
	newest, err := wrapper.Newest(sequence(errBroken, all...), 2)
	assert.ErrorIs(t, err, errBroken)
	assert.Nil(t, newest)
}

// In whatever order they come, and however many.
func TestNewestOfMany(t *testing.T) {
	const total = 1000
	for name, nth := range map[string]func(int) int{
		"newest first": func(i int) int { return total - i },
		"oldest first": func(i int) int { return i + 1 },
		"mixed":        func(i int) int { return i*7919%total + 1 },
	} {
		images := func(yield func(gen.Image, error) bool) {
			for i := range total {
				age := nth(i)
				if !yield(gen.Image{ID: int64(age), CreatedAt: time.Unix(int64(age/2), 0)}, nil) {
					return
				}
			}
		}
		for _, n := range []int{1, 2, 7, 999, 1000, 1001} {
			newest, err := wrapper.Newest(images, n)
			require.NoError(t, err)
			require.Len(t, newest, min(n, total))
			assert.LessOrEqual(t, cap(newest), 4*n+8, "it keeps no more")
			for i, image := range newest {
				require.Equal(t, int64(total-i), image.ID, "%s, the newest %d", name, n)
			}
		}
	}
}
