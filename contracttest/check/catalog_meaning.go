package check

// meaningChecks look at what an exchange means, by itself and beside others, and at the exchange as a whole.
var meaningChecks = []Info{
	// A success beside its request.
	{
		Name:        "wrong-resource",
		Severity:    Breaking,
		Description: "The response is about another image or action than the request.",
	},
	{
		Name:        "filter",
		Severity:    Breaking,
		Description: "A list holds an image that the filters of the request exclude.",
	},

	// What a body tells.
	{
		Name:        "slug",
		Severity:    Breaking,
		Description: "Two images of a page have the same slug; drift for a private image that has one.",
	},
	{
		Name:        "future-time",
		Severity:    Drift,
		Description: "An image or an action has a time that is more than a day after the Date of the response.",
	},
	{
		Name:        "error-id",
		Severity:    Drift,
		Description: "An error has the id of another status.",
	},

	// A page beside its request.
	{
		Name:        "page-size",
		Severity:    Breaking,
		Description: "A page holds more items than the request asks for, or fewer than its total leaves for it.",
	},
	{
		Name:        "page-total",
		Severity:    Breaking,
		Description: "The total of a list is negative, or less than what its pages hold so far.",
	},
	{
		Name:     "page-links",
		Severity: Breaking,
		Description: "A page link is missing or unexpected, or points to another page, list or host; drift for " +
			"more than the link needs.",
	},

	// The response to a write beside its request.
	{
		Name:     "not-applied",
		Severity: Breaking,
		Description: "The response to a write has another name, description, tags, distribution, region or type of " +
			"action than the request.",
	},
	{
		Name:        "not-new",
		Severity:    Breaking,
		Description: "The response to a create has an image that is not custom, or whose import has ended.",
	},

	// An action by itself.
	{
		Name:     "action-times",
		Severity: Breaking,
		Description: "An action is completed and has no end, is in progress and has one, or has one before its " +
			"beginning.",
	},
	{
		Name:        "action-region",
		Severity:    Breaking,
		Description: "An action has two regions, one in its region_slug and another in its region.",
	},
	{
		Name:        "action-resource",
		Severity:    Drift,
		Description: "An action of an image has another type of resource than image.",
	},

	// An exchange beside those before it; see Session.
	{
		Name:     "sequence-total",
		Severity: Drift,
		Description: "The total changed between two pages, and no request in between explains it; a note where " +
			"the account is unknown.",
	},
	{
		Name:     "sequence-twice",
		Severity: Breaking,
		Description: "Two items of a page, or of two pages of an unchanged list, share an id; across pages a " +
			"note where the account is unknown.",
	},
	{
		Name:        "sequence-lost",
		Severity:    Breaking,
		Description: "Every page of a list was read, and items are on none; a note where the account is unknown.",
	},
	{
		Name:     "sequence-identity",
		Severity: Breaking,
		Description: "An image changed its time of creation, or its type other than by a conversion, or an action " +
			"its type, region, times or image.",
	},
	{
		Name:        "sequence-reused",
		Severity:    Breaking,
		Description: "A new image or action has an id that was seen before.",
	},
	{
		Name:        "sequence-status",
		Severity:    Breaking,
		Description: "An image or an action went back to an earlier status, or an action ended in two ways.",
	},
	{
		Name:     "sequence-deleted",
		Severity: Breaking,
		Description: "A deleted image that is not a backup is served again, or an action on it or its transfer to " +
			"another account succeeds.",
	},
	{
		Name:     "sequence-transfer",
		Severity: Breaking,
		Description: "A transfer to another account is accepted, canceled or declined although it had ended, and the " +
			"image was not offered again.",
	},
	{
		Name:     "sequence-regions",
		Severity: Drift,
		Description: "An image is not in a region to which its transfer was completed; the API may take a while to " +
			"say so.",
	},
	{
		Name:     "sequence-ratelimit",
		Severity: Drift,
		Description: "The remaining requests grew before the window of the rate limit ended; a note where the " +
			"account is unknown.",
	},
	{
		Name:     "sequence-limit",
		Severity: Note,
		Description: "The session has more images, actions or lists than are remembered; the others are not " +
			"cross-checked.",
	},

	// Anything.
	{
		Name:     "secret",
		Severity: Note,
		Description: "A recording has a token in it: credentials of a request that were not taken out, or what looks " +
			"like a token of DigitalOcean.",
	},
	{
		Name:     "unjudged",
		Severity: Breaking,
		Description: "An exchange has 999 findings, or was interrupted, and the rest was not judged; a note for " +
			"lesser findings, and for bodies other than JSON.",
	},
}
