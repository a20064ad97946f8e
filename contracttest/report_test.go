package contracttest_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/openapi"
)

func TestReport(t *testing.T) {
	exchanges, err := contracttest.ReadCassette("recordings/images_list.cassette.yaml")
	require.NoError(t, err)
	report := contracttest.NewReport(testkit.Contract(t))
	report.Add(exchanges[0])
	report.Add(exchanges[4])
	broken := exchanges[2]
	testkit.ReplaceBody(`7555621`, `"7555621"`)(&broken)
	report.Add(broken)
	unexpected := exchanges[9]
	unexpected.Status = 418
	report.Add(unexpected)
	nowhere := exchanges[0]
	testkit.SetURL("https://api.digitalocean.com/v2/droplets")(&nowhere)
	report.Add(nowhere)

	assert.Equal(t, 5, report.Exchanges)
	assert.Equal(t, 2, report.CountAtLeast(contracttest.Breaking))
	assert.Equal(t, 3, report.CountAtLeast(contracttest.Drift))
	assert.Contains(t, report.Unchecked(), "images_list 401")
	assert.NotContains(t, report.Unchecked(), "images_list 200")
	assert.NotContains(t, report.Unchecked(), "images_list default")

	var text strings.Builder
	require.NoError(t, report.Write(&text, "text"))
	assert.Regexp(t, `(?m)^operation +200 +201 +202 +204 +400 +401 +404 +422 +429 +500 +default +covered$`, text.String())
	assert.Regexp(t, `(?m)^images_list +3!1 +\. +\. +\. +\. +- +\. +\. +- +- +1!1 +\d+/\d+$`, text.String())
	assert.Regexp(t, `(?m)^images_delete +\. +\. +\. +- +\. +- +- +- +- +- +- +0/\d+$`, text.String())
	assert.Contains(t, text.String(), `breaking: images_list.cassette.yaml#2: images_list 200: body /images/0/id: value must be an integer, got "7555621"`)
	assert.Contains(t, text.String(), "breaking: images_list.cassette.yaml#0: no operation 200: request: the contract has no operation for GET /v2/droplets [undocumented-operation]\n")
	assert.Contains(t, text.String(), "drift: images_list.cassette.yaml#9: images_list 418: status: only the default of the contract covers it [undocumented-status]\n")
	assert.Contains(t, text.String(), "\n5 exchanges checked, 0 skipped, 3 findings (2 breaking) and 0 accepted, ")
}

// On all cores the report is the one that one core makes: the same findings in the same order, those of sequences too.
func TestConcurrentReportIsTheSame(t *testing.T) {
	contract, err := contracttest.Load(openapi.Document())
	require.NoError(t, err)
	var exchanges []contracttest.Exchange
	for _, file := range testkit.Cassettes(t) {
		list, err := contracttest.ReadCassette(file)
		require.NoError(t, err)
		exchanges = append(exchanges, list...)
	}
	for i := range exchanges {
		if i%3 == 0 {
			exchanges[i].Body = bytes.ReplaceAll(exchanges[i].Body, []byte(`"id"`), []byte(`"di"`))
		}
	}
	write := func(read func(*contracttest.Report) error) string {
		report := contracttest.NewReport(contract)
		require.NoError(t, read(report))
		var text bytes.Buffer
		require.NoError(t, report.Write(&text, "json"))
		return text.String()
	}
	one := write(func(r *contracttest.Report) error {
		for range 20 {
			for _, exchange := range exchanges {
				r.Add(exchange)
			}
		}
		return nil
	})
	all := write(func(r *contracttest.Report) error {
		return r.Concurrently(func(add func(contracttest.Exchange)) error {
			for range 20 {
				for _, exchange := range exchanges {
					add(exchange)
				}
			}
			return nil
		})
	})
	assert.Equal(t, one, all)
	assert.Contains(t, one, `"missing-field"`)

	stop := errors.New("the file ends too early")
	report := contracttest.NewReport(contract)
	assert.ErrorIs(t, report.Concurrently(func(add func(contracttest.Exchange)) error { add(exchanges[1]); return stop }), stop)
	assert.Equal(t, 1, report.Exchanges, "what was read before is counted")
}
