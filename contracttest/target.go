package contracttest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// DefaultBudget is how many requests a run may send where [Target.Budget] is zero. All cases together send some 170 to
// the fake with its 60 images; a list of thousands needs more.
const DefaultBudget = 300

// BudgetFor returns a budget that is enough for all cases on an account that lists so many images. A case that compares
// lists reads them whole, with up to 200 images in a request, so that a budget for a small account is used up by a
// large one before the cases have been run.
func BudgetFor(images int) int {
	return max(DefaultBudget, fewRequests+40*pageCount(images, openapi.MaxPerPage))
}

// LeastBudgetFor returns how many requests the lists of such an account take at least, so that a run with fewer cannot
// come to its end.
func LeastBudgetFor(images int) int { return 15 * pageCount(images, openapi.MaxPerPage) }

// fewRequests is how many requests all cases send to an account with few images.
const fewRequests = 200

// pageCount returns how many pages of a size a list has, and so how many requests it takes to read. An empty list has
// one.
func pageCount(images, size int) int { return max(1, (images+size-1)/size) }

// removalReserve is how many requests of the budget of a run that writes are kept for the removal of what it made. At
// most one image exists at a time: one request finds it, three attempts delete it, and one is left over.
const removalReserve = 5

// defaultImageURL is a small image in a format that the API documents as supported, from the host of its own example.
const defaultImageURL = "http://cloud-images.ubuntu.com/minimal/releases/noble/release/" +
	"ubuntu-24.04-minimal-cloudimg-amd64.img"

// Target is the API that the suite runs against, and says what the suite may do there. Only Token is needed.
type Target struct {
	// BaseURL is the address to which /v2/images is added, as for [wrapper.WithBaseURL]; openapi.BaseURL if empty.
	BaseURL string

	// Token belongs to an account that the suite may read. With Write it also needs the scopes to create, update and
	// delete images. It appears in no report and in no error.
	Token string

	// Transport sends the requests, such as a fake or a recorder; http.DefaultTransport if nil.
	Transport http.RoundTripper

	// Write also runs the cases that make images. They remove what they made, after an interrupt as well.
	Write bool

	// ImageURL is what those cases import; a small Ubuntu image if empty.
	ImageURL string

	// Region is where they import it to; nyc3 if empty.
	Region gen.RegionSlug

	// Recipient is the e-mail address of another account. An image is offered to it, and the offer is canceled. If it
	// is empty, that case is skipped.
	Recipient string

	// FailOn is the least severity of a finding that fails a case; [check.Breaking] if empty.
	FailOn check.Severity

	// Budget is how many requests a run may send; [DefaultBudget] if zero. With Write the last 5 are kept for
	// removal, so that it must be more than 5.
	Budget int

	// Baseline holds findings that are accepted beside those of openapi.Baseline; it may be nil.
	Baseline *check.Baseline

	// ShowBodies adds to each finding of the report what its exchange held there; see [report.Report].
	ShowBodies bool

	// AfterCase is called after each case with its name and the report so far, such as to write it down before the run
	// ends. It may set what fails the report, and neither keep it nor add to it. It may be nil.
	AfterCase func(name string, sofar *report.Report)

	// Wait says how to wait for imports and actions.
	Wait []wrapper.WaitOption
}

// withDefaults returns a target with a value in every field that has a default.
func (t Target) withDefaults() Target {
	if t.Transport == nil {
		t.Transport = http.DefaultTransport
	}
	t.BaseURL = cmp.Or(t.BaseURL, openapi.BaseURL)
	t.ImageURL = cmp.Or(t.ImageURL, defaultImageURL)
	t.Region = cmp.Or(t.Region, gen.RegionSlugNyc3)
	t.FailOn = cmp.Or(t.FailOn, check.Breaking)
	t.Budget = cmp.Or(t.Budget, DefaultBudget)
	return t
}

// validate returns an error if the target asks for something that does not exist, or leaves the cases no request.
func (t Target) validate() error {
	// Accepted findings never fail a run: a baseline would then have no effect.
	if t.FailOn == check.Accepted || !slices.Contains(check.Severities(), t.FailOn) {
		return fmt.Errorf("FailOn: %q is not one of breaking, drift and note", t.FailOn)
	}
	if t.Budget < 0 {
		return fmt.Errorf("budget %d: it cannot be negative", t.Budget)
	}
	if t.Write && t.Budget <= removalReserve {
		return fmt.Errorf("budget %d: a run that writes keeps %d requests for removal, and needs more than these",
			t.Budget, removalReserve)
	}
	return nil
}
