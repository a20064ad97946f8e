package contracttest

import (
	"example.com/doimages/gen"
)

// Cases returns every case of the suite. Cases that only read come first.
func Cases() []Case {
	return []Case{
		{"first-page", "Lists without parameters.", "a page holds at most the default of 20, and the total counts all pages", "positive_data_acceptance", false, firstPage},
		{"walk-pages-of-200", "Reads every page, 200 images each.", "no image is lost, none comes twice, and the total is right", "", false, walkPagesOf(200)},
		{"walk-pages-of-20", "Reads up to 20 pages of 20 images, and compares with pages of 200.", "pages and links agree at another size", "", false, walkPagesOf(20)},
		{"walk-pages-of-1", "Reads up to 20 pages of one image.", "pages and links agree at the smallest size", "", false, walkPagesOf(1)},
		{"walk-exact-boundary", "Reads pages of a size that divides the total.", "a full last page is the last", "", false, walkExactBoundary},
		{"filter-distribution", "Lists with type=distribution.", "every image is public and none is an application", "", false, filterType(gen.ImagesListParamsTypeDistribution, gen.ImagesListParamsTypeApplication)},
		{"filter-application", "Lists with type=application.", "every image is public and none is a distribution", "", false, filterType(gen.ImagesListParamsTypeApplication, gen.ImagesListParamsTypeDistribution)},
		{"filter-private", "Lists with private=true.", "exactly the images that are not public", "", false, filterPrivate},
		{"filter-tag", "Lists with a tag that some image has, and with one that none has.", "exactly the images with the tag", "", false, filterTag},
		{"filters-combined", "Lists with private=true and a tag, and with a type and a tag.", "filters narrow each other", "", false, filtersCombined},
		{"get-by-id", "Reads the first, the middle and the last image of the list by id.", "an image is read as it is listed", "ensure_resource_availability", false, getByID},
		{"get-by-slug", "Reads a public image by slug.", "a slug leads to its public image", "ensure_resource_availability", false, getBySlug},
		{"unknown-id", "Reads an image that does not exist.", "404 in the shape of an error", "status_code_conformance", false, unknownID},
		{"unknown-slug", "Reads a slug that does not exist.", "404 in the shape of an error", "status_code_conformance", false, unknownSlug},
		{"no-token", "Sends every operation without a token.", "no operation answers without one: 401", "ignored_auth", false, noToken},
		{"wrong-token", "Reads with a token that nobody has.", "a wrong token is as good as none: 401", "ignored_auth", false, wrongToken},
		{"paging-out-of-range", "Lists with page=0 and -1, per_page=0, 201 and text.", "an error of the client, or a page within the limits; never a server error", "negative_data_rejection", false, pagingOutOfRange},
		{"rate-limit-headers", "Reads twice, and an image that does not exist.", "the budget is in every response and counts down", "response_headers_conformance", false, rateLimitHeaders},
		{"unsupported-method", "Sends PATCH to a list and to an image.", "a method that is not documented is refused", "unsupported_method", false, unsupportedMethod},
		{"content-type", "Reads a list and an error.", "both are application/json", "content_type_conformance", false, contentType},
		{"actions", "Lists the actions of an image, and reads one that does not exist.", "a list of actions, which may be empty, and 404", "response_schema_conformance", false, actions},
		{"create-refused", "Creates without a URL, without a name, with a body that is no JSON and with none.", "a create that lacks something makes nothing", "negative_data_rejection", true, createRefused},
		{"lifecycle", "Creates an image, waits, updates, transfers, converts, deletes, and uses it after that.", "each step does what it says and nothing else", "use_after_free", true, lifecycle},
		{"failed-import", "Creates an image from a file that is none.", "the import ends as deleted, and says why", "", true, failedImport},
		{"account-transfer", "Offers a snapshot to another account and takes the offer back.", "the image stays with its sender", "", true, accountTransfer},
	}
}
