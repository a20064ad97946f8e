package fakeapi

import (
	"encoding/json"

	"example.com/doimages/gen/server"
)

// service implements the operations of the document: images.go, actions.go and transfers.go have a method for each. It
// runs with the fake locked.
type service struct {
	store    *store
	accounts []Account
}

// An operation that is added to the document makes this fail to compile, until the fake has it as well.
var _ server.StrictServerInterface = (*service)(nil)

// decodeUnion reads the fields of all alternatives of a oneOf body at once. Which alternative it is shows in which
// fields are set. The generated type would have to be tried one alternative after another.
func decodeUnion(body json.Marshaler, fields any) error {
	raw, err := body.MarshalJSON()
	if err != nil {
		return err
	}
	if json.Unmarshal(raw, fields) != nil {
		return errBadRequest
	}
	return nil
}
