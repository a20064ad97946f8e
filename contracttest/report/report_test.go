package report_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

func TestReport(t *testing.T) {
	exchanges := testkit.Exchanges(t, "images_list")
	r := report.New(testkit.Contract(t))
	r.Add(exchanges[0])
	r.Add(exchanges[4])
	broken := exchanges[2]
	testkit.ReplaceBody(`7555621`, `"7555621"`)(&broken)
	r.Add(broken)
	unexpected := exchanges[9]
	unexpected.Status = 418
	r.Add(unexpected)
	nowhere := exchanges[0]
	testkit.SetURL("https://api.digitalocean.com/v2/droplets")(&nowhere)
	r.Add(nowhere)

	assert.Equal(t, 5, r.Exchanges)
	assert.Equal(t, 2, r.CountAtLeast(check.Breaking))
	assert.Equal(t, 3, r.CountAtLeast(check.Drift))
	assert.Contains(t, r.Unchecked(), "images_list 401")
	assert.NotContains(t, r.Unchecked(), "images_list 200")
	assert.NotContains(t, r.Unchecked(), "images_list default")

	var text strings.Builder
	require.NoError(t, r.Write(&text, "text"))
	assert.Regexp(t, `(?m)^operation +200 +201 +202 +204( +\d{3})* +default +covered$`, text.String())
	assert.Regexp(t, `(?m)^images_list +3!1 +\. +\. +\.( +[-.])+ +1!1 +\d+/\d+$`, text.String())
	assert.Regexp(t, `(?m)^images_delete +\. +\. +\. +-( +[-.])+ +0/\d+$`, text.String())
	for _, line := range []string{
		`breaking: images_list.cassette.yaml#2: images_list 200: body /images/0/id: value must be an integer, got "7555621" ` +
			"[wrong-type]\n",
		"breaking: images_list.cassette.yaml#0: no operation 200: request: the contract has no operation for " +
			"GET /v2/droplets [undocumented-operation]\n",
		"drift: images_list.cassette.yaml#9: images_list 418: status: only the default of the contract covers it " +
			"[undocumented-status]\n",
		"5 exchanges checked, 0 skipped, 3 findings (2 breaking) and 0 accepted, ",
	} {
		assert.Contains(t, text.String(), "\n"+line)
	}
}

// On all cores the report is the one that one core makes: the same findings in the same order, those of sequences too.
func TestConcurrentReportIsTheSame(t *testing.T) {
	rounds := 3
	if os.Getenv("LONG") != "" {
		rounds = 20
	}
	contract, err := check.Load(openapi.Document())
	require.NoError(t, err)
	var exchanges []traffic.Exchange
	for _, file := range testkit.Cassettes(t) {
		exchanges = append(exchanges, testkit.ReadAll(t, file)...)
	}
	for i := range exchanges {
		if i%3 == 0 {
			exchanges[i].Body = bytes.ReplaceAll(exchanges[i].Body, []byte(`"id"`), []byte(`"di"`))
		}
	}
	write := func(read func(*report.Report) error) string {
		r := report.New(contract)
		require.NoError(t, read(r))
		var text bytes.Buffer
		require.NoError(t, r.Write(&text, "json"))
		return text.String()
	}
	one := write(func(r *report.Report) error {
		for range rounds {
			for _, exchange := range exchanges {
				r.Add(exchange)
			}
		}
		return nil
	})
	all := write(func(r *report.Report) error {
		return r.AddAll(func(yield func(traffic.Exchange, error) bool) {
			for range rounds {
				for _, exchange := range exchanges {
					if !yield(exchange, nil) {
						return
					}
				}
			}
		})
	})
	assert.Equal(t, one, all)
	assert.Contains(t, one, `"missing-field"`)

	stop := errors.New("the file ends too early")
	r := report.New(contract)
	assert.ErrorIs(t, r.AddAll(func(yield func(traffic.Exchange, error) bool) {
		assert.True(t, yield(exchanges[1], nil))
		r.AddSkipped("", report.SkipOtherHost)
		r.AddSkipped("", report.SkipOtherHost)
		assert.False(t, yield(traffic.Exchange{}, stop))
	}), stop)
	assert.Equal(t, 2, r.Skipped)
	assert.Equal(t, 1, r.Exchanges, "what was read before is counted")
}

// What examples show, and what others reported, is evidence of different worth.
func TestCoverageByOrigin(t *testing.T) {
	list := testkit.Exchanges(t, "images_list")[0]
	get := testkit.Exchanges(t, "images_get")[0]
	remove := testkit.Exchanges(t, "images_delete")[0]
	for name, test := range map[string]struct {
		kinds []string // of a list, a read and a delete
		want  string   // in the sums
	}{
		"without a kind": {
			kinds: []string{"", "", ""},
			want:  `of the contract covered$`,
		},
		"of an unknown origin": {
			kinds: []string{report.UnknownOrigin, report.UnknownOrigin, report.UnknownOrigin},
			want:  `of the contract covered$`,
		},
		"of one kind": {
			kinds: []string{"documentation", "documentation", "documentation"},
			want:  `of the contract covered \(by themselves: documentation \d\.\d %\)$`,
		},
		"of several kinds": {
			kinds: []string{"reported", "documentation", "reported"},
			want:  `of the contract covered \(by themselves: documentation \d\.\d %, reported \d\.\d %\)$`,
		},
		"of a kind and of none": {
			kinds: []string{"reported", "", report.UnknownOrigin},
			want:  `of the contract covered \(by themselves: reported \d\.\d %, unknown origin \d\.\d %\)$`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := report.New(testkit.Contract(t))
			for i, exchange := range []traffic.Exchange{list, get, remove} {
				r.NewSession(test.kinds[i])
				r.Add(exchange)
			}
			var text, markdown, page strings.Builder
			require.NoError(t, r.Write(&text, "text"))
			require.NoError(t, r.WriteMarkdown(&markdown))
			require.NoError(t, r.Write(&page, "html"))
			sums, _, _ := strings.Cut(text.String(), "\nverdict: ")
			assert.Regexp(t, test.want, sums[strings.LastIndex(sums, "\n"):])
			_, listed, isListed := strings.Cut(sums, "covered (by themselves: ")
			if !isListed {
				assert.NotContains(t, page.String(), "evidence of")
				assert.NotContains(t, markdown.String(), "covered (")
				return
			}
			assert.Contains(t, page.String(), "evidence of: "+strings.TrimSuffix(listed, ")")+".")
			assert.Contains(t, markdown.String(), "covered (by themselves: "+listed+".")
		})
	}
}

// A kind shows what its exchanges show, whichever come between, and the sum what any shows.
func TestCoverageOfAKindIsThatOfItsExchanges(t *testing.T) {
	alone, together := map[string]*report.Report{}, report.New(testkit.Contract(t))
	for _, file := range testkit.Cassettes(t) {
		kind := testkit.Kind(t, file)
		if alone[kind] == nil {
			alone[kind] = report.New(testkit.Contract(t))
		}
		together.NewSession(kind)
		for _, exchange := range testkit.ReadAll(t, file) {
			alone[kind].Add(exchange)
			together.Add(exchange)
		}
	}
	sum := together.Coverage()
	require.Len(t, sum.Origins, 2)
	for kind, r := range alone {
		covered := 0
		for _, operation := range r.Coverage().Operations {
			covered += operation.Covered
		}
		assert.Equal(t, check.OriginCoverage{Percent: r.Coverage().Percent, Covered: covered}, sum.Origins[kind])
		assert.Less(t, r.Coverage().Percent, sum.Percent)
	}
}
