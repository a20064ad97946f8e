package report

import (
	"fmt"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/openapi"
)

// Load returns a report of nothing that checks against an OpenAPI document, such as that of openapi.Document. It
// accepts what is in a baseline, which may be nil, and in that of openapi.Baseline. The given one comes first, so that
// its reasons are printed where both accept a finding.
//
// The error says that the document cannot be used; see [check.Load].
func Load(document []byte, baseline *check.Baseline) (*Report, error) {
	contract, err := check.Load(document)
	if err != nil {
		return nil, err
	}
	embedded, err := check.LoadBaseline(openapi.Baseline())
	if err != nil {
		return nil, fmt.Errorf("the embedded baseline: %w", err)
	}
	return New(contract, baseline, embedded), nil
}
