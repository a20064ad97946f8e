// Package gen is the generated client for /v2/images: the types of the contract and one method for each operation.
//
// Most programs want package wrapper, which adds paging, waiting and errors; wrapper.Client.API leads here. Nothing in
// the files *.gen.go is written by hand: change openapi/images.yaml, a *.cfg.yaml or a *.tmpl and run make generate.
//
// An enum is a string type with constants for the documented values. Values that the document does not know decode and
// encode unchanged, so check Valid before relying on one.
package gen

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config client.cfg.yaml ../openapi/images.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config decode.cfg.yaml ../openapi/images.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config server.cfg.yaml ../openapi/images.yaml
