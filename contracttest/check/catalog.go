package check

// severities gives the severity of each check.
var severities = map[string]Severity{
	"undocumented-operation": Breaking,
	"undocumented-status":    Breaking, // drift where the body is an error
	"redirect":               Breaking,

	"missing-field":      Breaking,
	"wrong-type":         Breaking,
	"null":               Breaking,
	"no-branch":          Breaking,
	"schema":             Breaking,
	"date-time":          Breaking,
	"number-range":       Breaking,
	"unknown-enum-value": Drift,
	"out-of-range":       Drift,
	"format":             Drift,
	"undocumented-field": Drift,

	"malformed-json":  Breaking,
	"trailing-bytes":  Breaking,
	"duplicate-key":   Breaking,
	"invalid-utf8":    Breaking,
	"byte-order-mark": Breaking,
	"nesting":         Breaking,
	"size":            Breaking,
	"empty-body":      Breaking,
	"unexpected-body": Breaking,
	"truncated-body":  Breaking,
	"content-type":    Breaking,
	"charset":         Breaking,

	"header":              Breaking,
	"missing-header":      Breaking,
	"repeated-header":     Breaking,
	"undocumented-header": Drift,

	"request":                Breaking,
	"request-parameter":      Breaking,
	"undocumented-parameter": Drift,
	"credentials":            Note,

	"wrong-resource": Breaking,
	"filter":         Breaking,
	"page-size":      Breaking,
	"page-total":     Breaking,
	"page-links":     Breaking,

	"sequence-total":     Drift, // somebody else may have changed the list
	"sequence-twice":     Breaking,
	"sequence-lost":      Breaking,
	"sequence-identity":  Breaking,
	"sequence-status":    Breaking,
	"sequence-deleted":   Breaking,
	"sequence-ratelimit": Drift,
	"sequence-limit":     Note,
}
