package check

// formChecks look at the form of an exchange: its operation, its bodies and headers, and its request.
var formChecks = []Info{
	// The operation and the status.
	{
		Name:     "undocumented-operation",
		Severity: Breaking,
		Description: "The contract has no operation for the method and the path; a note if the API refused the " +
			"request, too.",
	},
	{
		Name:     "unusable-operation",
		Severity: Breaking,
		Description: "The document describes the operation in a way that cannot be used; none of its exchanges " +
			"was judged.",
	},
	{
		Name:     "undocumented-status",
		Severity: Breaking,
		Description: "The contract has no such status; drift for the error that its default describes, " +
			"a note for 304 to a conditional request.",
	},
	{
		Name:        "redirect",
		Severity:    Breaking,
		Description: "An undocumented redirect: a client that follows it may send its token elsewhere.",
	},

	// Values of bodies, by their schemas.
	{
		Name:        "missing-field",
		Severity:    Breaking,
		Description: "A required field is missing.",
	},
	{
		Name:        "wrong-type",
		Severity:    Breaking,
		Description: "A value has another JSON type than the schema.",
	},
	{
		Name:        "null",
		Severity:    Breaking,
		Description: "A value is null, and the schema does not allow it; drift in a request.",
	},
	{
		Name:     "no-branch",
		Severity: Breaking,
		Description: "A value fits none of the schemas of oneOf or anyOf, more than one of oneOf, or the one that " +
			"not forbids.",
	},
	{
		Name:        "schema",
		Severity:    Breaking,
		Description: "A value breaks its schema in a way that no other check names.",
	},
	{
		Name:        "date-time",
		Severity:    Breaking,
		Description: "A text is not an RFC 3339 date-time with a zone, or names a time that does not exist.",
	},
	{
		Name:     "number-range",
		Severity: Breaking,
		Description: "A number does not fit into the type that a client has for it, or an integer is written with a " +
			"fraction or an exponent.",
	},
	{
		Name:     "unknown-enum-value",
		Severity: Drift,
		Description: "A value is not one of those that the contract lists; a note for the distribution in a " +
			"request.",
	},
	{
		Name:     "out-of-range",
		Severity: Drift,
		Description: "A number, a length or a count is outside the limits of the schema, or a text does not match " +
			"its pattern.",
	},
	{
		Name:        "format",
		Severity:    Drift,
		Description: "A text is not a URI, a date, a UUID or an e-mail address as its schema says.",
	},
	{
		Name:        "undocumented-field",
		Severity:    Drift,
		Description: "An object has a field that no schema declares.",
	},

	// Bodies as they are sent.
	{
		Name:        "malformed-json",
		Severity:    Breaking,
		Description: "A body is not valid JSON.",
	},
	{
		Name:        "trailing-data",
		Severity:    Breaking,
		Description: "Something other than white space follows the JSON document.",
	},
	{
		Name:        "second-document",
		Severity:    Breaking,
		Description: "A second JSON document follows the first, that of a success of the operation.",
	},
	{
		Name:        "duplicate-key",
		Severity:    Breaking,
		Description: "An object has a duplicate key: decoders disagree on which value counts.",
	},
	{
		Name:        "invalid-utf8",
		Severity:    Breaking,
		Description: "A string is not valid UTF-8, or has an unpaired surrogate as an escape.",
	},
	{
		Name:        "byte-order-mark",
		Severity:    Breaking,
		Description: "A body begins with a byte-order mark, which JSON does not allow.",
	},
	{
		Name:        "nesting",
		Severity:    Breaking,
		Description: "A body is nested more than 100 deep, which no part of the contract is.",
	},
	{
		Name:     "size",
		Severity: Breaking,
		Description: "A body is larger than 32 MiB, more than the client in package wrapper reads, or has more than " +
			"200,000 values.",
	},
	{
		Name:        "empty-body",
		Severity:    Breaking,
		Description: "A body is empty, and the contract describes one.",
	},
	{
		Name:        "unexpected-body",
		Severity:    Breaking,
		Description: "There is a body, and the contract describes none.",
	},
	{
		Name:        "truncated-body",
		Severity:    Breaking,
		Description: "A body ended early, or has another length than its Content-Length.",
	},
	{
		Name:     "unreadable-body",
		Severity: Breaking,
		Description: "A body cannot be decompressed from its content coding, and is not judged; a note in a " +
			"recording, whose writer may have garbled it.",
	},
	{
		Name:        "content-type",
		Severity:    Breaking,
		Description: "The media type of a body is missing, or is not one that the contract has.",
	},
	{
		Name:        "charset",
		Severity:    Breaking,
		Description: "The charset of a body is not UTF-8.",
	},

	// Headers of responses.
	{
		Name:     "header",
		Severity: Breaking,
		Description: "A header breaks its schema, has a sign, or contradicts another one; drift for a time that is " +
			"too far away.",
	},
	{
		Name:        "missing-header",
		Severity:    Breaking,
		Description: "A required header is missing.",
	},
	{
		Name:        "repeated-header",
		Severity:    Breaking,
		Description: "A header that has one value is given more than once.",
	},
	{
		Name:     "undocumented-header",
		Severity: Drift,
		Description: "A header is not documented for this response: one of another response, one about the rate " +
			"limit, or one that is a letter off.",
	},

	// Requests. Of a request that the API refused, findings are notes.
	{
		Name:     "request",
		Severity: Breaking,
		Description: "A request is not one of HTTP, or lacks the body that the contract requires; a note for a " +
			"body that it does not describe.",
	},
	{
		Name:     "request-path",
		Severity: Note,
		Description: "The path of a request has repeated slashes, one at its end, or percent-encoded letters; " +
			"it is read without them.",
	},
	{
		Name:     "request-parameter",
		Severity: Breaking,
		Description: "A parameter is missing, duplicated, or breaks its schema; drift for a query's value that " +
			"breaks it or is not in plain form.",
	},
	{
		Name:        "undocumented-parameter",
		Severity:    Drift,
		Description: "The contract does not know a query parameter.",
	},
	{
		Name:        "credentials",
		Severity:    Note,
		Description: "A request has no Authorization header, and nothing says that it was taken out.",
	},
}
