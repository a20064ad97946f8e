// Package openapi holds the contract of /v2/images: an OpenAPI 3.0.3 document, from which package gen is generated and
// against which package contracttest/check judges. It parses nothing and depends on nothing.
//
// The facts of the API that code needs beside the document are its constants. A program that uses only these does not
// carry the document.
package openapi

import (
	_ "embed"
	"slices"
)

// Facts of the API.
//
// https://docs.digitalocean.com/reference/api/
const (
	Host       = "api.digitalocean.com" // the host of the API
	BaseURL    = "https://" + Host      // the address to which /v2/images is added
	MaxPerPage = 200                    // the most images or actions that a page holds
)

// Version is the version of this module, without the v of its tag. A release sets it.
const Version = "0.1.0"

//go:embed images.yaml
var document []byte

//go:embed baseline.yaml
var baseline []byte

// Document returns images.yaml, the contract, in a copy that the caller may change.
func Document() []byte { return slices.Clone(document) }

// Baseline returns baseline.yaml, the findings about real responses that are known and accepted, in a copy that the
// caller may change. check.LoadBaseline reads it.
func Baseline() []byte { return slices.Clone(baseline) }
