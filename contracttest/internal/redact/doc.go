// Package redact has every rule about secrets: what one is, and what replaces it. Recordings, reports and log lines
// may be read by anyone, so that what writes them takes the secrets out here.
//
// # What is a secret
//
// What looks like a token of DigitalOcean or like an e-mail address is one, whoever sent it ([Redactor.Text]). Of the
// others a [Redactor] knows only what its caller gives it:
//
//   - [Redactor.Request]: what a request authenticates with, whatever the scheme.
//   - [Redactor.WithoutUser]: user and password in the URL of a request.
//   - [Redactor.ImportURL] for the body of a create, and [Redactor.Address] for the address by itself: query, fragment
//     and credentials of the address that an image is imported from. A signature there lets anyone read the file.
//   - [Redactor.Headers]: every header that is not known to be harmless.
//   - [Redactor.Hide]: anything else.
//
// A recorder gives it all of these. Where only headers are given, as for a log line, an import URL stays.
//
// # What replaces it
//
// A secret becomes [redacted-1], [redacted-2] and so on. There is one number for one secret, so that two accounts stay
// two. Placeholders of an earlier file keep their number, and no other secret gets it. An e-mail address becomes
// someone@example.com, so that a body that has one keeps its form.
//
// # What is not found
//
// A secret shorter than eight bytes is not searched for in texts. It would be part of any text, which would then no
// longer be what was sent. Compressed text has to be decompressed first. Of a secret that [Shorten] truncated to less
// than six bytes, these stay.
package redact
