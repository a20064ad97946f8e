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
// # How to make things fail
//
//   - a request: [WithFaults] with any [Effect]; as text, such as in the flags of contract serve, see [ParseFault]
//   - an import, with a message: [FailImport]; an action: [FailAction]
//   - a create, because its source cannot be reached: a host under .invalid, or one of [WithUnreachable]
//   - an import, because of its URL: see "what can be imported" below
//
// # What is outside the document
//
// GET /v2/actions and GET /v2/actions/{id} have the actions on images, in the same shapes: godo, doctl and Terraform's
// provider wait there. They are documented, with the scope actions:read, and no part of the document in package
// openapi.
//
// https://docs.digitalocean.com/reference/api/reference/actions/
//
// # Where its behaviour comes from
//
// The fake is no evidence of how the API behaves. What it does is of three kinds. Where responses of two years differ
// it does what was seen last, but for the region of actions; an option does the other where a client could care.
//
// Documented, by the API reference or the published OpenAPI document:
//   - the shapes of requests, responses and errors; required fields of a create
//   - paging: 20 a page by default; first, prev, next and last only where they apply; the total over all pages
//   - the filters type, private and tag_name; a slug only reads public images
//   - a create returns 202 and NEW; the caller reads the image until it is available
//   - imports of raw, qcow2, vhdx, vdi and vmdk, plain or compressed with gzip or bzip2
//   - an update renames any image, and changes description and distribution of custom images
//   - account transfers: only of snapshots, canceled by the sender, declined by the recipient, transfer_id 0 where the
//     caller may accept for the recipient
//   - the scopes; 400 for an account transfer with a body that is not JSON; the messages of the 400, 429 and 500
//   - the region of an action as an object, as was seen in 2015 ([WithNullRegions] for the null of 2017 and 2018)
//   - 5,000 requests in any hour and 250 in any minute, the latter with retry-after; rate-limit headers
//
// Observed, in responses that people published or described:
//   - images: distributions are of type base (payloads of Droplets, 2020 to 2025), applications of type application and
//     not public (one in digitalocean/packer-plugin-digitalocean#172, 2025); a retired image has no slug, no regions,
//     and is not public (a Droplet's payload, 2025); slugs such as rockylinux-9-x64
//     (digitalocean/terraform-provider-digitalocean#834)
//   - the region atl1 (emancipat3r/vps3, 2025); bom1, del1, lon2, maa1, mel1, nbg1, tlv1 and waw1 as regions
//     (digitalocean-labs/mcp-digitalocean, 2026)
//   - lists of images have the newest first (emancipat3r/vps3, 2025)
//   - type has no effect beside private and tag_name (Flatcar's tutorial, 2024); an unknown type is ignored and stands
//     in the links (dchonch/digitalocean-postman, 2018)
//   - per_page=0 is 200 with a page (emancipat3r/vps3, 2025)
//   - a page after the last is 200 and empty, with first, prev = page - 1 and a total of 0
//     (dchonch/digitalocean-postman, 2018, on Droplets)
//   - links carry the query of the request, percent-encoded; a single page has {"pages": {}} (Flatcar's tutorial, 2024;
//     in 2018 and 2020 it had no pages: dchonch/digitalocean-postman, flowfree/digitaloceanclient)
//   - the fields of the image in the response to a create, with updated_at (nanovms/ops#1182, 2021); the distribution
//     becomes Unknown OS if the request has none or an unknown one (the same; Flatcar's tutorial, 2024, on lists). In
//     2019 a later read had Unknown (digitalocean/doctl#671)
//   - a list does not show an image whose import failed, while a read by its id does (digitalocean/doctl#671, 2019;
//     [WithFailedImportsListed] for the opposite)
//   - min_disk_size and size_gigabytes are null right after a create (digitalocean/openapi#517)
//   - a source that cannot be reached: 400 with two JSON documents, the error and a new image (nanovms/ops#1166, #1182,
//     2021)
//   - a URL with a query is refused (nanovms/ops#468, #471, 2020). A change of 2025 to that program relies on
//     pre-signed URLs, which have one, and shows no response (nanovms/ops#1723): [WithSignedURLs] imports from them
//   - .bin.bz2 is imported (flatcar/Flatcar#37, 2020), so a name need not end in a format. The API is also said to
//     accept only certain extensions (nanovms/ops#1723, 2025); which is unknown, so the fake does not
//   - a failed import becomes deleted, with an error_message, and can still be read
//     (digitalocean/terraform-provider-digitalocean#613, digitalocean/doctl#671). "We don't support the compression
//     format of your image. …": of an .ova (hashicorp/packer#7848, 2019), and the first words of it of a .tar.gz
//     (digitalocean/doctl#671, 2019). "We had a problem decompressing your file. …": of a damaged archive
//     (digitalocean/terraform-provider-digitalocean#613, 2021)
//   - .iso is not supported (digitalocean/doctl#1763, 2025), nor .xz (coreos/fedora-coreos-tracker#395, 2020)
//   - a second delete fails with 422 "Image Can not delete an already deleted image.", and a read with 404 (Terraform's
//     provider, public notes of 2026)
//   - an action without a known type is 404 "The specified action type is not available." (digitalocean/doctl#192)
//   - 422 for the transfer of a backup (digitalocean/api-v2#126), or to a region that has the image
//     (digitalocean/api-v2#27)
//   - a transfer is a copy: the image stays in its first region (digitalocean/api-v2#87)
//   - an action read under another image is 404 (digitalocean/packer-plugin-digitalocean#122); action ids exceed 2^31
//   - 401 with the id Unauthorized, without rate-limit headers (JupiterOne/graph-digitalocean, 2022, and
//     dchonch/digitalocean-postman, 2018, with the id unauthorized); 403 with the id Forbidden
//     (nicois/openbao-cloud-creds, 2026); 404 "The resource you were accessing could not be found."
//     (dchonch/digitalocean-postman, AnalogJ/lexicon); none of the three with a request_id. The ids
//     internal_server_error (matt-major/do-wrapper#48, 2020) and service_unavailable (Gamocosm/Gamocosm#96, 2019)
//   - application/json with 401, 403 and 503, no media type with 204, and otherwise application/json; charset=utf-8;
//     x-request-id in every response (dchonch/digitalocean-postman, AnalogJ/lexicon, JupiterOne/graph-digitalocean)
//   - ratelimit-reset is ahead (JupiterOne/graph-digitalocean, 2022), and was in the past from 2017 to 2020
//     ([WithPastReset])
//
// Our choice, because it is not publicly known:
//   - that all applications are like the one that was seen; what a list shows of retired images ([WithImages] can hold
//     one: everybody can read it, and it counts as a distribution); no AlmaLinux, since the document does not have that
//     distribution; the names of the regions that nobody has seen live
//   - that type has no effect beside private alone or tag_name alone either
//   - the order of actions (newest first) and of images of the same time; the order of parameters in links
//   - a page or per_page that is out of range, or no number, is ignored, as per_page=0 was seen to be; private that is
//     no boolean at all is 422
//   - what can be imported, since nothing is downloaded: every http, https or ftp URL, except those of archives and
//     other compressions (.tar, .ova, .xz, .zip, .zst …) and of files that are plainly not the image of a disk: .txt,
//     .html, .iso, … or no file name at all. It stands in for a look into the file. The message of the latter
//   - any URL that is not of these schemes, or has no host, cannot be reached either; the image that is then left
//     stays, and ends as deleted with the same message; status and message for a URL with a query
//   - updated_at in other responses: on images that were created or updated by a request, the time of the last update
//   - Unknown, which the document lists as a distribution, becomes Unknown OS as well, and so in an update
//   - when NEW becomes pending (after a third of the import), how long imports and actions take ([WithImportTime], …)
//   - when an action errors (its image is gone, or [FailAction]); that it then has completed_at
//   - a transfer to a region to which another is under way: both run and complete, and the image is there once
//   - [Status] with 520 to 530, in HTML: Cloudflare has these, and stands in front of the API (Gamocosm/Gamocosm#96,
//     2019), but no such response of the API is known here
//   - 405 for a method that a path does not have; HEAD, which is GET without the body
//   - 400 for every body that is not JSON of the right types, 422 for every other refusal
//   - what comes first where several things are wrong: the token, the limits, path and method, the scopes, and then
//     what is asked
//   - rate-limit headers with 403; request_id in the bodies of errors but 401, 403 and 404
//   - no redirects: repeated slashes and one at the end of a path, which some clients send, mean nothing
//   - private is a boolean in any case, 1 or 0 as well; a body of a GET or DELETE is ignored
//   - a body above 1 MiB is 400, as one that is truncated
//   - a deleted image is 404 at once, and so are the transfers of it to other accounts; another account's image is 404,
//     as if it were not there; one of DigitalOcean's images cannot be changed by any account (403)
//   - a delete of a backup deletes it; one was seen to have no effect and no error (digitalocean/doctl#504)
//   - an image and an action on it can be read as soon as they are made; keys, Droplets and actions on those were seen
//     to be 404 for seconds (digitalocean/terraform-provider-digitalocean#923, #1600, digitalocean/pydo#468)
//   - actions need an image that is available; backups and custom images can be converted, where the reference names
//     only backups, and snapshots cannot
//   - min_disk_size and size_gigabytes of an imported image: always 20 and 2.34
//   - an offer of an image that is not pending, or of which the caller is not the recipient or the sender, is 404
//   - requests that get 401 or 429 do not count towards the limits; error messages not named above
package fakeapi
