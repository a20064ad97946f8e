// Package oteltrace is an example: each request that a wrapper.Client sends becomes an OpenTelemetry span, through a
// transport given to wrapper.WithHTTPClient. The package has no code, only the example and its tests. It is a module
// of its own, so that importers of the wrapper do not get OpenTelemetry into their go.sum.
package oteltrace
