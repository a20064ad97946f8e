// Package contracttest runs a suite of cases against DigitalOcean's images API, or against anything that claims to
// behave like it, and checks every exchange against the contract in package openapi.
//
// It is to this API what testing/fstest is to file systems: [Run] takes a target and makes a subtest of each case.
//
//	func TestContract(t *testing.T) {
//		contracttest.Run(t, func(t *testing.T) contracttest.Target {
//			return contracttest.Target{BaseURL: "http://127.0.0.1:8080", Token: "a-token-of-yours"}
//		})
//	}
//
// [RunCases] does the same outside of tests, and returns the results and a report. [Cases] lists what there is.
//
// # Which package for which task
//
// Each task has a package of its own, so that a program compiles only what it uses:
//
//   - judge one exchange, or several that belong together: [example.com/doimages/contracttest/check]
//   - count findings and coverage, and write them as text, JSON, JUnit, SARIF, GitHub annotations or HTML:
//     [example.com/doimages/contracttest/report]
//   - read HTTP Archives, cassettes and Postman collections, and record new ones:
//     [example.com/doimages/contracttest/recording]
//   - check a sample of what a service sends in production: [example.com/doimages/contracttest/monitor]
//   - test a client without the API: [example.com/doimages/contracttest/fakeapi]
//   - capture an exchange, to check it in a way of your own: [example.com/doimages/contracttest/traffic]
//   - all of that from a shell, for clients in any language: [example.com/doimages/contracttest/cmd/contract]
//
// # What a case proves
//
// A case demands two things. Its own expectation is about behaviour that no schema can describe: that pages of 20
// hold the same images as pages of 200, that a filter finds every image, that a deleted image cannot be used. Beside
// it, each exchange must keep the contract: a finding of [Target.FailOn] or worse fails the case in which it came
// up.
//
// The cases demand only what the API documents or has been seen to do; [Case.Observed] names who published the latter.
// Where neither says anything, they accept every reasonable behaviour, and the comment of the case says so.
//
// # Runs against the real API
//
// With a token of an account, the suite runs against api.digitalocean.com:
//
//   - It only reads, unless [Target.Write] is set. To read, the token needs nothing but the scope image:read.
//   - With Write it creates images whose names begin with doimages-contract-. It removes them after a failure and after
//     an interrupt, and an error names any that is left.
//   - It sends no more than [Target.Budget] requests, one after the other. What fails is a result and is not retried,
//     but for the removal of an image.
//   - It follows no redirects, and the token appears in no result and no report.
//
// A private list that changes during a run can fail a case. Use an account in which nothing else is at work.
//
// # What it cannot prove
//
// A run against a fake shows how that fake behaves, and says nothing about the API. The command says which of the
// two its target was, and a recording carries its provenance.
package contracttest
