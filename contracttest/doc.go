// Package contracttest runs a suite of cases against the images API, or against a fake of it, and checks every exchange
// of it against the contract.
package contracttest
