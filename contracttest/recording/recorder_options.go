package recording

import "example.com/doimages/contracttest/traffic"

// RecorderOption is a setting of a [Recorder], for [NewRecorder].
type RecorderOption func(*recorderConfig)

type recorderConfig struct{ base traffic.Base }

// WithBase says where the server has the API, if not at the root of its host. URLs are recorded as they are sent, and
// the provenance has the base, so that contract verify knows them for those of the images API.
func WithBase(base traffic.Base) RecorderOption { return func(c *recorderConfig) { c.base = base } }
