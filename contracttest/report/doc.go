// Package report counts what was checked, and writes it in every format that people and their CI read.
//
//	r := report.New(contract, baseline)
//	err := r.AddAll(recording.Read("session.har"))
//	…
//	err = r.Write(os.Stdout, "text")
//
// # What is counted
//
// Each exchange is checked by itself, and compared with those before it in the same session. An image that was deleted
// must not be served again, for example. [Report.NewSession] begins another session. What a baseline accepts is
// counted apart, and fails nothing.
//
// Coverage is counted in all, and for each kind of session by itself: examples of documentation, what others reported
// of the API, and a recording of it are evidence of different worth. An exchange without a kind, such as those of the
// live suite, counts in the sum alone.
//
// A report holds the first 10,000 findings of each severity, and counts all. So the sums, the table and the verdict are
// right for an archive in which everything is wrong. However many findings are accepted, one that breaks a client is
// held.
//
// # Formats
//
//   - text, for a terminal: a table of operations and statuses, the findings, and the sums.
//   - html, for a browser: one page that needs nothing beside it. It lets only its own script run, since the texts of
//     findings come from a server.
//   - json, for another program: report.schema.json describes it.
//   - junit, for CI: a test case for each operation and status that the contract documents.
//   - github, for GitHub Actions: an annotation for each finding. [Report.WriteMarkdown] is the summary of its job.
//
// Nothing here redacts. Findings come from package check, which takes secrets out of them.
package report
