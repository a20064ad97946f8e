// Package check judges exchanges with the images API by its contract, the OpenAPI document in
// package openapi:
//
//	contract, err := check.Load(openapi.Document())
//	…
//	for _, finding := range contract.Check(exchange) {
//		fmt.Println(finding.Severity, finding)
//	}
//
// An exchange comes from a recording, a proxy or a transport; see [traffic.Exchange]. Package
// report adds up what many of them are found to be.
//
// # What is checked
//
// [Checks] lists every check with its severity and a sentence. They run in this order, and a fault
// hides no other unless it leaves nothing to judge, as malformed JSON does.
//
//   - the operation: the contract has one for the method and the path, whatever the host
//   - the request: its parameters, its body, whether it has credentials
//   - the response: its headers, its length, whether it may have a body, its status
//   - the body: its media type, then as JSON, then by its schema
//   - the headers about the rate limit: each beside the others, and beside the Date of the response
//   - the response beside its request: the image that was asked for, the filters
//   - what a body tells: slugs, times by the Date of the response, the id of an error by its status
//   - the page: how many items its place in the list leaves for it, its total, its links
//   - each action by itself: its times, its region, what it is on
//   - the response to a write: whether it has what the request asks for, and whether what a create makes is new
//
// If the API refused a request with 4xx, the findings about that request are notes: the API did
// what it should.
//
// # What kin-openapi does, and what is added
//
// kin-openapi finds the operation and judges parameters and schemas. It stops where a typed client
// may still fail, so that this package looks further:
//
//   - JSON that decoders disagree on: duplicate keys, invalid UTF-8, unpaired surrogates, trailing data, deep nesting
//   - fields that no schema declares, which kin-openapi lets pass unless the document forbids them
//   - numbers that int64, int32 or float cannot hold, and integers that are written as fractions
//   - formats: a 31st of February is not a date-time, and a path is not a URI
//   - of oneOf and anyOf, which branch the value was meant for, and what is wrong with it by that one
//   - headers of responses: missing and repeated ones, each value by its schema, and names that are a letter off;
//     what gateways, caches and tracing add is not judged
//   - queries that servers read in several ways: booleans other than true and false, integers with a sign or leading
//     zeros, semicolons, broken escapes; where the page cannot be read, no page is judged
//
// Most bodies are valid, and the schemas of most are simple: they are recognised without
// kin-openapi, which saves more than half of the time. Only what is clearly valid is: tests run
// without it as well, and a fuzz test compares the two.
//
// # Other documents
//
// [Load] reads any OpenAPI document of version 3.0 or 3.1. Of each operation that an exchange touches,
// what it needs of the document is validated, and nothing else: other people's documents are wrong in
// places that do not matter here. An operation that cannot be used is a breaking finding for each of its
// exchanges, which are not judged. External references are not followed: a document has to be bundled.
//
// The schemas of 3.1 are those of JSON Schema 2020-12. Not supported are $id, $anchor, $dynamicRef and
// other dialects, as well as the keywords that 3.0 does not have in parameters and headers: they make an
// operation unusable. readOnly, writeOnly and discriminator have no effect on 3.1 bodies, as in JSON
// Schema.
//
// The path of a server comes before the paths of the document; its host does not matter. A default
// without other responses covers every status but redirects. Bodies of other types than JSON are a note.
//
// # Severities
//
// A [Severity] says what a finding does to a client: [Breaking] makes a typed client fail or
// misleads it, [Drift] is something new that it ignores or passes on, [Note] is worth knowing. A
// few checks lower the severity of a finding in cases that their descriptions name.
//
// # Sessions
//
// Some faults show only over several exchanges: an image that is lost between two pages, a status
// that goes back, an id that is given to two images, a transfer that ends a second time. A [Session]
// takes in the results of [Contract.Examine] in the order of the recording. Where the times of
// exchanges are known, it says nothing of two that overlap. Accounts are told apart by their tokens,
// of which it holds a hash. It also says once of a recording that it has a token in it.
//
// What it cannot know is a write that began while a page was read, and that comes after it in the
// recording: the list may seem to change by itself.
//
// # Baseline
//
// A [Baseline] accepts findings about the real API that are known and explained. It is applied
// last, to the findings of an exchange and of a session alike, and leaves a warning for each entry
// that accepts nothing any more.
//
// # Coverage
//
// A [Coverage] counts how much of the contract a set of exchanges shows: without it, a green report
// may be one of few exchanges. It does not judge.
//
// # Limits
//
// Findings repeat no token and no e-mail address, and at most 32 characters of a text; messages are
// truncated after 200 bytes. Bodies above 32 MiB or with more than 200,000 values, and values nested
// more than 100 deep, are reported and not judged. An exchange has at most 1,000 findings, of which
// at most 900 break no client; another one says that the rest was not judged, or was left out. A
// session remembers 50,000 images, actions and lists, 200,000 pages and items of these lists,
// 50,000 regions to which images were transferred and as many transfers to other accounts, at most
// 100 of each for an image, and the budgets of 100 accounts.
//
// An operation is not judged if kin-openapi would not come to an end with its schemas. What can be seen
// of one is counted in its first 20,000 schemas.
//
// Not judged are: whether credentials are valid and have the scope that is needed, how long the API
// took, whether an error has the right status beyond what its id says, in which order a list is, and what any value
// means beyond the checks above.
package check
