//go:build tools

// Package tools pins the generator: go.mod then fixes its version for every checkout, and no importer compiles it.
package tools

import _ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
