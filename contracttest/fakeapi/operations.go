package fakeapi

import "fmt"

func isOperation(id string) bool {
	for _, op := range operations {
		if op.id == id {
			return true
		}
	}
	return false
}

// mustBeOperation panics at a misspelt id, which would otherwise never strike or always count 0, and so let a test pass
// that tests nothing.
func mustBeOperation(id string) {
	if !isOperation(id) {
		panic(fmt.Sprintf("fakeapi: there is no operation %q", id))
	}
}
