package contracttest

import (
	"cmp"
	"net/http"
	"strings"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// Target is the API that the suite runs against.
type Target struct {
	BaseURL   string            // as for wrapper.WithBaseURL
	Token     string            // of an account that may read and, with Write, create, update and delete
	Transport http.RoundTripper // http.DefaultTransport if nil

	Write     bool                 // also run the cases that make images; they remove what they made
	ImageURL  string               // what those import; a small Ubuntu image if empty
	Region    gen.RegionSlug       // where to; nyc3 if empty
	Recipient string               // e-mail address to offer an image to, and take it back; without one that case is skipped
	FailOn    check.Severity       // the least severity of a finding that fails a case; Breaking if empty
	Budget    int                  // requests that a run may make; 200 if zero. With Write the last 5 are kept for removal
	Baseline  *check.Baseline      // known differences beside those of openapi.Baseline; may be nil
	Wait      []wrapper.WaitOption // how to wait for imports and actions
}

// withDefaults returns a target in which nothing is left to be said.
func (t Target) withDefaults() Target {
	if t.Transport == nil {
		t.Transport = http.DefaultTransport
	}
	t.FailOn = cmp.Or(t.FailOn, check.Breaking)
	t.Budget = cmp.Or(t.Budget, 200)
	t.Region = cmp.Or(t.Region, gen.RegionSlugNyc3)
	t.ImageURL = cmp.Or(t.ImageURL, "http://cloud-images.ubuntu.com/minimal/releases/noble/release/ubuntu-24.04-minimal-cloudimg-amd64.img")
	t.BaseURL = strings.TrimSuffix(cmp.Or(t.BaseURL, "https://api.digitalocean.com"), "/")
	return t
}
