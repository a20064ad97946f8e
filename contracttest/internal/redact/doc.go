// Package redact has every rule about secrets: what one is, and what replaces it. A recording, a report and a log
// line may be read by anybody, so all that they say of an exchange passes through here first.
//
// # What is a secret
//
//   - What a request authenticates with, whatever the scheme ([Redactor.Request]).
//   - What looks like a token of DigitalOcean or like an e-mail address, whoever sent it ([Redactor.Text]).
//   - Query, fragment and credentials of the address that an image is imported from ([Redactor.ImportURL]): a
//     signature there lets anybody read the file.
//   - Every header that is not known to be harmless ([Redactor.Headers]).
//   - What a caller adds ([Redactor.Hide]).
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
