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
// live suite, counts only in the sum.
//
// Findings that are alike are a [Group]: they have the check, the severity, the operation, the status, the part, the
// pointer but for indices, the message and the value in common. A report holds 1,000 groups of each severity, 20 of
// which may differ only in message and value, and counts all. So the sums, the table and the verdict are right for an
// archive in which everything is wrong. However many findings are accepted, one that breaks a client is held.
//
// # What fails a run
//
// [Report.Verdict] has all of it: findings of FailOn or worse, cases that failed, what [Report.AddProblem] and
// [Report.AddFailure] say, too little coverage, and that nothing was checked. Every format has the verdict, with the
// reasons.
//
// What fails nothing and is worth a look, such as an entry of a baseline that accepts nothing, is advice: every format
// has the sentences that [Report.Advise] adds.
//
// # Formats
//
//   - text, for a terminal: a table of operations and statuses, the findings, the sums, and the verdict in the last
//     line.
//   - html, for a browser: one page that needs nothing beside it. It lets only its own script run, since the texts of
//     findings come from a server.
//   - json, for another program: report.schema.json describes it.
//   - junit, for CI: a test case for each operation and status that was seen, for each case of the live suite, and for
//     what else fails the run. It keeps to the schema of Jenkins' xUnit plugin.
//   - sarif, for code scanning: SARIF 2.1.0, with a rule for each check. What a baseline accepts is suppressed.
//   - github, for GitHub Actions: an annotation for each group. [Report.WriteMarkdown] is the summary of its job.
//
// Every text that comes from a server or a file is made harmless for a terminal, Markdown, a log of GitHub Actions, XML
// and HTML. Secrets are taken out of findings by package check, and of the excerpts of ShowBodies here.
package report
