package check

import (
	"fmt"
	"slices"
)

// checkSlugs demands that a slug name one image, and one that everybody can use.
func (c *checker) checkSlugs(tells tells) {
	if tells.image != nil {
		c.checkSlug(*tells.image)
	}
	var seen map[string]int // where each slug is; nil while there is none, as on a page of private images
	for i, image := range tells.images {
		c.checkSlug(image)
		slug := image.slug()
		if slug.value == "" {
			continue
		}
		if first, isDuplicate := seen[slug.value]; isDuplicate {
			// A client that looks for an image by its slug gets one of the two.
			message := fmt.Sprintf("is the slug of the image at index %d as well", first)
			c.add("slug", "body", slug.at(), message).Got = c.got(slug.value)
			continue
		}
		if seen == nil {
			seen = make(map[string]int, len(tells.images)-i)
		}
		seen[slug.value] = i
	}
}

// privateKinds are the types of images that belong to an account.
var privateKinds = []string{"custom", "backup", "snapshot"}

// checkSlug demands that a private image have no slug (API reference; digitalocean/godo#155). The type
// has to say that it is private, too: an application with a slug was seen that is not public
// (digitalocean/packer-plugin-digitalocean#172, 2025). It is drift, since a client that reads the image
// by its id is not misled. By the slug it would read another image.
func (c *checker) checkSlug(image imageView) {
	slug, public := image.slug(), image.public()
	if slug.value == "" || !public.isTold || public.value || !slices.Contains(privateKinds, image.kind().value) {
		return
	}
	c.addAs("slug", Drift, "body", slug.at(), "a private image has no slug").Got = c.got(slug.value)
}
