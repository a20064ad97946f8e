// Package redact has every rule about secrets: what one is, and what replaces it. Recordings, reports and log lines
// may be read by anyone, so that what writes them takes the secrets out here.
//
// # What is a secret
//
// What looks like a token of DigitalOcean or like an e-mail address is one, whoever sent it ([Redactor.Text]), and so
// are user and password in any URL. Of the others a [Redactor] knows only what its caller gives it:
//
//   - [Redactor.Request]: what a request authenticates with, whatever the scheme. Of Basic credentials that is the user
//     and the password, too.
//   - [Redactor.WithoutUser]: user and password in the URL of a request, also as Basic credentials.
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
// someone@example.com, so that a body that has one keeps its form. User and password of a URL become ***, so that it
// can be parsed.
//
// # How it is found
//
// In upper and lower case, and in every spelling of URLs and of JSON: percent-encoded and with escapes, in part or as a
// whole, up to five times one within the other. A text is searched as it is and then without its escapes; what is found
// is replaced where it is spelled. The time is in proportion to the length of the text, whatever it holds.
//
// # What can be printed
//
// [Printable] writes what does not print as an escape, so that no text can begin a line of a log, command a terminal or
// hide what follows it.
//
// # What is not found
//
// A secret shorter than eight bytes is not searched for in texts. It would be part of any text, which would then no
// longer be what was sent. Compressed text has to be decompressed first, and Base64 is known only of whole Basic
// credentials. If [Shorten] left less than six bytes of a secret, they stay.
package redact
