// Package gen is the generated client for /v2/images: the types of the contract and one method for each operation.
//
// Most programs want package wrapper, which adds paging, waiting and errors; its Client.API returns this client.
// Nothing here is written by hand but the settings: change openapi/images.yaml or a *.cfg.yaml, and run make
// generate.
//
// An enum is a string type with constants for the documented values. Other values decode and encode unchanged, so call
// Valid before relying on one.
package gen

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config client.cfg.yaml ../openapi/images.yaml
//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen --config server.cfg.yaml ../openapi/images.yaml
