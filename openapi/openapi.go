// Package openapi holds the contract of /v2/images: an OpenAPI 3.0.3 document, from which package gen is generated and
// against which package contracttest checks. It parses nothing and depends on nothing.
package openapi

import (
	_ "embed"
	"slices"
)

//go:embed images.yaml
var document []byte

// Document returns the document as YAML, in a copy of the caller's own.
func Document() []byte { return slices.Clone(document) }
