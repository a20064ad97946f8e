package fakeapi

import "encoding/json"

// decodeUnion reads the fields of every alternative of a body at once; which of them it is shows in what they hold.
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
