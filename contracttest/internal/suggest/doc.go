// Package suggest writes an OpenAPI Overlay that makes a document cover what exchanges showed beside it: values of
// enums, fields, headers, statuses and nulls.
//
// A finding says where in an exchange something is that the document does not have. The package looks up where in the
// document it belongs, and gathers over all exchanges what it may be. What contradicts itself there, and what is wrong
// rather than new, is not suggested: [Suggestions.Overlay] lists it. The document must be one of OpenAPI 3.0.
//
// What it suggests is not true because it was seen. A person decides, by the exchange that each action names.
package suggest
