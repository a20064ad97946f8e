package contracttest

import "example.com/doimages/gen"

// observedCases are the cases that hold what others published of the real API. They only read.
func observedCases() []Case {
	return []Case{
		{
			Name:        "newest-first",
			Explanation: "Lists without filters.",
			Proves:      "an image is listed before those that are older",
			Observed:    "emancipat3r/vps3, 2025",
			run:         newestFirst,
		},
		{
			Name:        "type-of-distributions",
			Explanation: "Lists with type=distribution.",
			Proves:      "distributions have the type base",
			Observed:    "payloads of Droplets, 2020 to 2025",
			run:         typeOf(gen.ImagesListParamsTypeDistributions, gen.ImageTypeBase),
		},
		{
			Name:        "type-of-applications",
			Explanation: "Lists with type=application.",
			Proves:      "applications have the type application",
			Observed:    "digitalocean/packer-plugin-digitalocean#172, 2025",
			run:         typeOf(gen.ImagesListParamsTypeApplications, gen.ImageTypeApplication),
		},
		{
			Name:        "retired-images",
			Explanation: "Looks for retired images in the whole list.",
			Proves:      "a retired image has no slug and no region, and is not public",
			Observed:    "a payload of a Droplet, 2025",
			run:         retiredImages,
		},
		{
			Name:        "unknown-distribution",
			Explanation: "Looks for images of the account whose distribution is unknown.",
			Proves:      "lists show Unknown OS",
			Observed:    "Flatcar's tutorial, 2024",
			run:         distributionUnknownOS,
		},
		{
			Name:        "regions-of-2026",
			Explanation: "Looks for distributions in the regions that were added since.",
			Proves:      "a region that the published document does not have is in use",
			Observed:    "emancipat3r/vps3, 2025; digitalocean-labs/mcp-digitalocean, 2026",
			run:         regionsOf2026,
		},
		{
			Name:        "slugs-of-distributions",
			Explanation: "Reads three distributions by slug.",
			Proves:      "a slug that people have named leads to its image",
			Observed:    "digitalocean/terraform-provider-digitalocean#834",
			run:         slugsOfDistributions,
		},
		{
			Name:        "type-gives-way",
			Explanation: "Lists with private=true and a tag, without a type and with one.",
			Proves:      "a type has no effect beside private and tag_name",
			Observed:    "Flatcar's tutorial, 2024",
			run:         typeGivesWay,
		},
		{
			Name:        "unknown-type",
			Explanation: "Lists with a type that does not exist.",
			Proves:      "an unknown type is ignored, and links repeat it",
			Observed:    "dchonch/digitalocean-postman, 2018",
			run:         unknownType,
		},
		{
			Name:        "per-page-zero",
			Explanation: "Lists with per_page=0.",
			Proves:      "per_page=0 gets a page with images",
			Observed:    "emancipat3r/vps3, 2025",
			run:         perPageZero,
		},
		{
			Name:        "page-after-last",
			Explanation: "Reads a page after the last.",
			Proves:      "a page after the last is empty, with a total of 0 and links to the first page and the one before",
			Observed:    "dchonch/digitalocean-postman, 2018, on Droplets",
			run:         pageAfterLast,
		},
		{
			Name:        "links-of-one-page",
			Explanation: "Lists with type=distribution in pages of 200.",
			Proves:      "the only page of a list has no links",
			Observed:    "flowfree/digitaloceanclient, 2020; Flatcar's tutorial, 2024",
			run:         linksOfOnePage,
		},
		{
			Name:        "links-keep-the-query",
			Explanation: "Lists with a type and one image to a page.",
			Proves:      "the next link has every parameter of the request",
			Observed:    "Flatcar's tutorial, 2024",
			run:         linksKeepTheQuery,
		},
		{
			Name:        "region-of-actions",
			Explanation: "Reads the actions of up to five images of the account.",
			Proves:      "an action names its region by object and slug, or has null for both",
			Observed:    "dchonch/digitalocean-postman, 2018; digitalocean/doctl#196, 2017; digitalocean/droplet_kit, 2015",
			run:         regionOfActions,
		},
		{
			Name:        "request-ids",
			Explanation: "Reads a list, an image that does not exist, and one without a token.",
			Proves:      "every response has x-request-id",
			Observed:    "dchonch/digitalocean-postman, 2018; JupiterOne/graph-digitalocean, 2022",
			run:         requestIDs,
		},
		{
			Name:        "charset-of-services",
			Explanation: "Reads a list.",
			Proves:      "the content type of a service is application/json; charset=utf-8",
			Observed:    "dchonch/digitalocean-postman, 2018; JupiterOne/graph-digitalocean, 2022",
			run:         charsetOfServices,
		},
		{
			Name:        "unauthorized-by-gateway",
			Explanation: "Lists without a token.",
			Proves:      "a 401 comes as application/json, without rate-limit headers",
			Observed:    "dchonch/digitalocean-postman, 2018; JupiterOne/graph-digitalocean, 2022",
			run:         unauthorizedByGateway,
		},
		{
			Name:        "not-found-text",
			Explanation: "Reads an image that does not exist.",
			Proves:      "a 404 has the id and the message that people quote",
			Observed:    "dchonch/digitalocean-postman, 2018; AnalogJ/lexicon, 2020; digitalocean/doctl#312",
			run:         notFoundText,
		},
		{
			Name:        "reset-within-an-hour",
			Explanation: "Reads a list.",
			Proves:      "ratelimit-reset is an hour or less from the date of the response, behind or ahead",
			Observed:    "digitalocean/doctl#241; dchonch/digitalocean-postman, 2018; JupiterOne/graph-digitalocean, 2022",
			run:         resetWithinAnHour,
		},
	}
}
