// Package fakeapi is a fake of DigitalOcean's images API, in memory and stateful, for the tests of services that use
// it:
//
//	fake := fakeapi.New()
//	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
//
// As an [http.RoundTripper] it needs no socket: in a testing/synctest bubble an import of half an hour takes no time.
// As an [http.Handler] it serves clients in any language. It is built on the strict server in gen/server: an
// operation that is new in the document breaks its compilation until the fake has it.
//
// [WithImages] and [WithCatalogue] say what it holds, [WithFaults] and [API.Inject] what goes wrong. [API.Images],
// [API.Done] and [API.Requests] show what the requests did.
//
// # Where its behaviour comes from
//
// The fake is no evidence of how the API behaves. What it does is of three kinds.
//
// Documented, by the API reference or the published OpenAPI document:
//   - the shapes of requests, responses and errors; required fields of a create
//   - paging: 20 a page by default; first, prev, next and last only where they apply; the total over all pages
//   - the filters type, private and tag_name; a slug only reads public images
//   - a create returns 202 and NEW; the caller reads the image until it is available
//   - unknown distributions become Unknown; formats other than raw, qcow2, vhdx, vdi and vmdk, plain or compressed with
//     gzip or bzip2, cannot be imported
//   - an update renames any image, and changes description and distribution of custom images
//   - account transfers: only of snapshots, canceled by the sender, declined by the recipient, transfer_id 0 where the
//     caller may accept for the recipient
//   - the scopes, 401 and 404; 400 for an account transfer with a body that is not JSON
//   - 5,000 requests in any hour and 250 in any minute, the latter with retry-after; rate-limit headers
//
// Reported in public issues:
//   - the response to a create with an unknown distribution has Unknown OS, a later read Unknown
//     (digitalocean/doctl#671)
//   - min_disk_size and size_gigabytes are null right after a create (digitalocean/openapi#517)
//   - a failed import becomes deleted, with an error_message, and can still be read
//     (digitalocean/terraform-provider-digitalocean#613, digitalocean/doctl#671)
//   - a second delete fails with "Image Can not delete an already deleted image." (terraform-provider-digitalocean)
//   - an action without a known type is 404 "The specified action type is not available." (digitalocean/doctl#192)
//   - 422 for the transfer of a backup (digitalocean/api-v2#126), or to a region that has the image (api-v2#27)
//   - a transfer is a copy: the image stays in its first region (digitalocean/api-v2#87)
//   - an action read under another image is 404 (packer-plugin-digitalocean#122); action ids exceed 2^31
//
// Our choice, because it is not publicly known:
//   - the order of a list (by creation, oldest first) and the parameters of links beside page (those of the request)
//   - a page after the last is empty; page or per_page out of range is 422; type=… with private=true is empty
//   - which public image is an application (one whose slug does not begin with its distribution)
//   - when NEW becomes pending (after a third of the import), how long imports and actions take ([WithImportTime], …)
//   - 403 {"id":"forbidden"}; 405 for a method that a path does not have
//   - 400 for every body that is not JSON of the right types, 422 for every other refusal, a second delete included
//   - no redirects: /v2//images is 404
//   - a deleted image is 404 at once; a public image of DigitalOcean cannot be changed by any account (403)
//   - requests that get 401 or 429 do not count towards the limits; error messages not named above
package fakeapi
