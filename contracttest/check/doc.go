// Package check judges exchanges with the images API by the contract in package openapi.
package check
