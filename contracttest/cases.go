package contracttest

import (
	"slices"

	"example.com/doimages/gen"
	"example.com/doimages/openapi"
)

// Cases returns every case of the suite, in the order in which they run. Those that only read come first, so that
// what they find cannot be caused by an image that the suite made.
func Cases() []Case {
	return slices.Concat(documentedReads(), observedCases(), writingCases())
}

// documentedReads are the cases that only read, and hold what is documented.
func documentedReads() []Case {
	const (
		distribution = gen.ImagesListParamsTypeDistributions
		application  = gen.ImagesListParamsTypeApplications
	)
	return []Case{
		{
			Name:        "first-page",
			Explanation: "Lists without parameters.",
			Proves:      "a page has at most 20 images by default, and the total counts all pages",
			run:         firstPage,
		},
		{
			Name:        "walk-pages-of-200",
			Explanation: "Reads every page, 200 images each.",
			Proves:      "no image is lost, none is duplicated, and the total is right",
			run:         pagesOf(openapi.MaxPerPage),
		},
		{
			Name:        "walk-pages-of-20",
			Explanation: "Reads up to 20 pages of 20 images, the first and the last, and compares them with pages of 200.",
			Proves:      "pages and links agree at another size",
			run:         pagesOf(20),
		},
		{
			Name:        "walk-pages-of-1",
			Explanation: "Reads up to 20 pages of one image, the first and the last.",
			Proves:      "pages and links agree at the smallest size",
			run:         pagesOf(1),
		},
		{
			Name:        "walk-exact-boundary",
			Explanation: "Reads pages of a size that divides the total.",
			Proves:      "a full last page is the last",
			run:         pagesWithFullLast,
		},
		{
			Name:        "filter-distribution",
			Explanation: "Lists with type=distribution.",
			Proves:      "every distribution is public, and none is an application",
			run:         filterType(distribution, application),
		},
		{
			Name:        "filter-application",
			Explanation: "Lists with type=application.",
			Proves:      "no application is a distribution",
			run:         filterType(application, distribution),
		},
		{
			Name:        "filter-private",
			Explanation: "Lists with private=true.",
			Proves:      "the account's own images are listed, and none that is public",
			run:         filterPrivate,
		},
		{
			Name:        "filter-tag",
			Explanation: "Lists with a tag that some image has, and with one that none has.",
			Proves:      "exactly the images with the tag are listed",
			run:         filterTag,
		},
		{
			Name:        "filters-combined",
			Explanation: "Lists with private=true and a tag.",
			Proves:      "each filter narrows the other",
			run:         filtersCombined,
		},
		{
			Name:        "get-by-id",
			Explanation: "Reads the first, the middle and the last image of the list by id.",
			Proves:      "an image is read as it is listed",
			run:         getByID,
		},
		{
			Name:        "get-by-slug",
			Explanation: "Reads a public image by slug.",
			Proves:      "a slug leads to its public image",
			run:         getBySlug,
		},
		{
			Name:        "unknown-id",
			Explanation: "Reads an image that does not exist.",
			Proves:      "the response is a 404 in the shape of an error",
			run:         unknownID,
		},
		{
			Name:        "unknown-slug",
			Explanation: "Reads a slug that does not exist.",
			Proves:      "the response is a 404 in the shape of an error",
			run:         unknownSlug,
		},
		{
			Name:        "no-token",
			Explanation: "Sends every operation without a token.",
			Proves:      "every operation needs a token: 401",
			run:         noToken,
		},
		{
			Name:        "wrong-token",
			Explanation: "Reads with an unknown token.",
			Proves:      "an unknown token is no better than none: 401",
			run:         wrongToken,
		},
		{
			Name:        "paging-out-of-range",
			Explanation: "Lists with page=0 and -1, per_page=0, 201 and text.",
			Proves:      "the response is a client error, or a page within the limits; never a server error",
			run:         pagingOutOfRange,
		},
		{
			Name:        "rate-limit-headers",
			Explanation: "Reads twice, and then an image that does not exist.",
			Proves:      "every response has the budget, which counts down",
			run:         rateLimitHeaders,
		},
		{
			Name:        "unsupported-method",
			Explanation: "Sends PATCH to a list and to an image.",
			Proves:      "an undocumented method is refused",
			run:         unsupportedMethod,
		},
		{
			Name:        "content-type",
			Explanation: "Reads a list and an error.",
			Proves:      "both are application/json",
			run:         contentType,
		},
		{
			Name:        "actions",
			Explanation: "Lists the actions of an image, and reads one that does not exist.",
			Proves:      "the response is a list of actions, which may be empty, and a 404",
			run:         actions,
		},
	}
}

// writingCases are the cases that create, change and delete images.
func writingCases() []Case {
	return []Case{
		{
			Name:        "create-refused",
			Explanation: "Creates without a URL, without a name, with a truncated body and with none.",
			Proves:      "an invalid create makes nothing",
			Writes:      true,
			run:         createRefused,
		},
		{
			Name:        "lifecycle",
			Explanation: "Creates an image, waits, updates, transfers, converts, deletes, and uses it after that.",
			Proves:      "each step does what it says and nothing else",
			Writes:      true,
			run:         lifecycle,
		},
		{
			Name:        "failed-import",
			Explanation: "Creates an image from a file that is not an image.",
			Proves:      "the import ends as deleted, and says why",
			Writes:      true,
			run:         failedImport,
		},
		{
			Name:        "unreachable-source",
			Explanation: "Creates an image from a host that does not exist.",
			Proves:      "the create is refused with 400; an image that comes with the refusal is removed",
			Observed:    "nanovms/ops#1166, nanovms/ops#1182, 2021",
			Writes:      true,
			run:         unreachableSource,
		},
		{
			Name:        "account-transfer",
			Explanation: "Offers a snapshot to another account and cancels the offer.",
			Proves:      "the image stays with its sender",
			Writes:      true,
			run:         accountTransfer,
		},
	}
}
