// Package openapi holds the contract of /v2/images: an OpenAPI 3.0.3 document, from which package gen is generated and
// against which package contracttest checks. It parses nothing and depends on nothing.
package openapi

import (
	_ "embed"
	"slices"
)

//go:embed images.yaml
var document []byte

//go:embed accepted.yaml
var accepted []byte

// Document returns the document as YAML, in a copy of the caller's own.
func Document() []byte { return slices.Clone(document) }

// Accepted returns accepted.yaml, the known differences between the contract and the published document and between
// the contract and what the API answers, in a copy of the caller's own.
func Accepted() []byte { return slices.Clone(accepted) }
