package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
)

// Package report knows the harmless reasons by their texts: both packages have to mean the same by them.
func TestReportAndRecordingAgreeOnReasons(t *testing.T) {
	t.Parallel()
	for _, reason := range []recording.Reason{
		recording.OtherHost, recording.OtherPath, recording.Preflight, recording.Cached,
		recording.NoResponse, recording.NoBody, recording.Unreadable, recording.Unusable,
	} {
		r := report.New(testkit.Contract(t))
		r.FailOnSkip = true
		r.AddSkipped("a.har#1", string(reason))
		fails := strings.Contains(r.Verdict().Heading, "1 not checkable")
		assert.Equal(t, reason.IsUnchecked(), fails, reason)
	}
}
