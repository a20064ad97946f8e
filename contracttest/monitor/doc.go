// Package monitor checks a sample of what a service exchanges with the images API in production. It notices there first
// that the API has changed.
//
//	baseline, err := check.LoadBaseline(known) // the bytes of a file
//	monitor := monitor.New(contract, http.DefaultTransport, monitor.Options{
//		Sample:   0.01,
//		Baseline: baseline,
//		Report: func(f check.Finding) {
//			if f.Severity != check.Accepted {
//				slog.Warn("contract", "severity", f.Severity, "finding", f.String())
//			}
//		},
//	})
//	defer monitor.Close()
//	client, err := wrapper.NewClient(token, wrapper.WithHTTPClient(&http.Client{Transport: monitor}))
//
// What the baseline accepts can be in every response, and is left out of the log. After some days,
// baseline.Warnings(time.Now()) returns a sentence for each entry that has accepted nothing or is due for review.
//
// # What it costs
//
// A request that is not sampled passes straight through. Of one that is, the bodies are copied while the caller reads
// them, and the check runs on a goroutine of its own. At most Queue exchanges wait, with at most MaxBody bytes in a
// body.
//
// # What it never does
//
// It changes no request and no response, waits for nothing and makes no request fail. What it cannot keep up with is
// dropped and counted ([Monitor.Dropped]). Findings have no tokens and no e-mail addresses.
//
// A service that imports this package compiles no test code.
package monitor
