package monitor_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/monitor"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func TestMonitorChecksAndChangesNothing(t *testing.T) {
	var findings []check.Finding
	fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_get", Do: fakeapi.ExtraField()}))
	monitor := monitor.New(testkit.Contract(t), fake, monitor.Options{Sample: 1, Report: func(f check.Finding) { findings = append(findings, f) }})
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: monitor}), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
	require.NoError(t, err)
	image, err := client.Get(t.Context(), 6_000_000)
	require.NoError(t, err)
	assert.Equal(t, int64(6_000_000), image.ID)
	created, err := client.Create(t.Context(), gen.ImageCreate{Name: "a", URL: "https://example.com/a.img", Region: "nyc3"})
	require.NoError(t, err)
	require.NoError(t, client.Delete(t.Context(), created.ID))
	monitor.Close()
	monitor.Close()
	assert.Equal(t, int64(3), monitor.Checked())
	assert.Zero(t, monitor.Dropped())
	require.Len(t, findings, 1, "%v", findings)
	assert.Equal(t, "undocumented-field", findings[0].Check)

	_, err = client.Get(t.Context(), 6_000_000)
	require.NoError(t, err, "after Close requests pass")
	assert.Equal(t, int64(3), monitor.Checked())
}

// A client that asks for br gets it, and the body is checked all the same.
func TestMonitorChecksCompressedBodies(t *testing.T) {
	var sent bytes.Buffer
	w := brotli.NewWriter(&sent)
	_, err := w.Write([]byte(`{"image":` + testkit.Image(1) + `,"more":1}`))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	next := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusOK,
			Header:     http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"br"}},
			Body:       io.NopCloser(bytes.NewReader(sent.Bytes())),
			Request:    req,
		}, nil
	})
	var findings []check.Finding
	monitor := monitor.New(testkit.Contract(t), next, monitor.Options{Sample: 1, Report: func(f check.Finding) { findings = append(findings, f) }})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.digitalocean.com/v2/images/1", nil)
	require.NoError(t, err)
	resp, err := monitor.RoundTrip(req)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, sent.Bytes(), body, "as it was sent")
	monitor.Close()
	require.Len(t, findings, 1, "%v", findings)
	assert.Equal(t, "/more", findings[0].Pointer)
}

func TestMonitorDropsWhatItCannotCheck(t *testing.T) {
	blocked := make(chan struct{})
	report := func(check.Finding) { <-blocked }
	fake := fakeapi.New(fakeapi.WithRateLimit(0, 0), fakeapi.WithFaults(fakeapi.Fault{Operation: "images_get", Do: fakeapi.ExtraField()}))
	monitor := monitor.New(testkit.Contract(t), fake, monitor.Options{Sample: 1, Queue: 2, MaxBody: 5000, Report: report})
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: monitor}), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
	require.NoError(t, err)
	for range 20 { // far more than the queue takes while its reader is held up
		_, err := client.Get(t.Context(), 6_000_000)
		require.NoError(t, err)
	}
	assert.GreaterOrEqual(t, monitor.Dropped(), int64(17))
	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{}))
	require.NoError(t, err)
	assert.Len(t, images, 60, "a body too large to be checked arrives whole")
	close(blocked)
	monitor.Close()
	assert.Equal(t, int64(21), monitor.Checked()+monitor.Dropped())
}

func TestMonitorPassesFailuresOn(t *testing.T) {
	for _, effect := range []fakeapi.Effect{fakeapi.Reset(), fakeapi.Truncate(), fakeapi.ResetAfterHeaders()} {
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: effect}))
		monitor := monitor.New(testkit.Contract(t), fake, monitor.Options{Sample: 1})
		direct, through := &http.Client{Transport: fake}, &http.Client{Transport: monitor}
		results := []string{}
		for _, client := range []*http.Client{direct, through} {
			req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://api.digitalocean.com/v2/images", nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
			resp, err := client.Do(req)
			result := ""
			if err == nil {
				var body []byte
				body, err = io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				result = string(body)
			}
			require.Error(t, err)
			results = append(results, result+err.Error())
		}
		assert.Equal(t, results[0], results[1])
		monitor.Close()
		assert.Zero(t, monitor.Checked())
	}
}

func TestMonitorSamples(t *testing.T) {
	for sample, want := range map[float64][2]int64{0: {0, 0}, 1: {400, 400}, 0.5: {120, 280}} {
		fake := fakeapi.New(fakeapi.WithRateLimit(0, 0))
		monitor := monitor.New(testkit.Contract(t), fake, monitor.Options{Sample: sample, Queue: 1000})
		client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: monitor}), wrapper.WithRetry(wrapper.Retry{Attempts: 1}))
		require.NoError(t, err)
		for range 400 {
			_, err := client.Get(t.Context(), 6_000_000)
			require.NoError(t, err)
		}
		monitor.Close()
		assert.GreaterOrEqual(t, monitor.Checked(), want[0])
		assert.LessOrEqual(t, monitor.Checked(), want[1])
	}
}

// The caller owns its request again as soon as it has the response, while the check still waits.
func TestMonitorLetsGoOfTheRequest(t *testing.T) {
	held := make(chan struct{})
	var once sync.Once
	report := func(check.Finding) { once.Do(func() { <-held }) }
	fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.ExtraField()}))
	monitor := monitor.New(testkit.Contract(t), fake, monitor.Options{Sample: 1, Report: report})
	for range 2 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.digitalocean.com/v2/images/6000000", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
		resp, err := monitor.RoundTrip(req)
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		require.NoError(t, err)
		req.URL.Path = "/v2/changed"
		req.Header.Set("Authorization", "changed")
	}
	close(held)
	monitor.Close()
	assert.Equal(t, int64(2), monitor.Checked())
}

func TestMonitorJudgesWholeBodiesOfItsSize(t *testing.T) {
	readAll := func(r io.Reader, _ int64) { _, _ = io.ReadAll(r) }
	readLength := func(r io.Reader, length int64) { _, _ = io.CopyN(io.Discard, r, length) }
	readHalf := func(r io.Reader, length int64) { _, _ = io.CopyN(io.Discard, r, length/2) }
	for name, test := range map[string]struct {
		request  string
		limit    int
		read     func(r io.Reader, length int64)
		checked  int64
		findings int
	}{
		"a response in full":    {limit: 10_000, read: readAll, checked: 1},
		"up to the last byte":   {limit: 10_000, read: readLength, checked: 1},
		"half of it":            {limit: 10_000, read: readHalf},
		"nothing of it":         {limit: 10_000, read: func(io.Reader, int64) {}},
		"a response too large":  {limit: 5_000, read: readAll},
		"a request too large":   {request: strings.Repeat(" ", 20_000) + "{}", limit: 10_000, read: readAll},
		"a request of its size": {request: "{}", limit: 10_000, read: readAll, checked: 1, findings: 3},
	} {
		t.Run(name, func(t *testing.T) {
			findings := 0
			monitor := monitor.New(testkit.Contract(t), fakeapi.New(), monitor.Options{Sample: 1, MaxBody: test.limit, Report: func(check.Finding) { findings++ }})
			method, body := http.MethodGet, io.Reader(nil)
			if test.request != "" {
				method, body = http.MethodPost, strings.NewReader(test.request)
			}
			req, err := http.NewRequestWithContext(t.Context(), method, "https://api.digitalocean.com/v2/images", body)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
			req.Header.Set("Content-Type", "application/json")
			resp, err := monitor.RoundTrip(req)
			require.NoError(t, err)
			test.read(resp.Body, resp.ContentLength)
			require.NoError(t, resp.Body.Close())
			monitor.Close()
			assert.Equal(t, test.checked, monitor.Checked())
			assert.Equal(t, 1-test.checked, monitor.Dropped())
			assert.Equal(t, test.findings, findings)
		})
	}
}

// A path can hold a token, or what a terminal obeys, and a finding names it.
func TestMonitorNamesNoSecrets(t *testing.T) {
	const token = "another-kind-of-token"
	var found []string
	monitor := monitor.New(testkit.Contract(t), fakeapi.New(), monitor.Options{Sample: 1, Report: func(f check.Finding) { found = append(found, f.String()+f.Source) }})
	for _, path := range []string{token, "dop_v1_canary0123456789", "alice@example.com", "\x1b[31m", strings.Repeat("long", 1000)} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.digitalocean.com/v2/images/1/"+url.PathEscape(path), nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := monitor.RoundTrip(req)
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		require.NoError(t, err)
	}
	monitor.Close()
	require.Len(t, found, 5)
	for _, text := range found {
		assert.Contains(t, text, "GET /v2/images/1/")
		assert.Less(t, len(text), 800)
		for _, secret := range []string{token, "dop_v1_canary0123456789", "alice", "\x1b"} {
			assert.NotContains(t, text, secret)
		}
	}
}

// However long the queue is, it holds a bounded number of bytes.
func TestMonitorHoldsABoundedNumberOfBytes(t *testing.T) {
	blocked, reached := make(chan struct{}), make(chan struct{})
	var once sync.Once
	report := func(check.Finding) {
		once.Do(func() { close(reached) })
		<-blocked
	}
	body := strings.Repeat("x", 1<<20-10)
	next := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	monitor := monitor.New(testkit.Contract(t), next, monitor.Options{Sample: 1, Queue: 1000, Report: report})
	get := func() {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.digitalocean.com/v2/images", nil)
		require.NoError(t, err)
		resp, err := monitor.RoundTrip(req)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	get()
	<-reached // so that the first waits no more
	for range 40 {
		get()
	}
	assert.Equal(t, int64(24), monitor.Dropped(), "of 40 that have almost 1 MiB each, 16 wait")
	close(blocked)
	monitor.Close()
	assert.Equal(t, int64(17), monitor.Checked())
}

// What a client asks for and what a server sends may hold anything, and a finding can go into a log.
func TestMonitorFindingsPrint(t *testing.T) {
	const hostile = "a\n::error::b\r\x1b[31mc\u0085d\u007fe\u202ef\u2066g\u200eh\u061ci\u200bj\u2028k\u2029l\ufeffm"
	const token = "hunter2secret"
	next := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusOK,
			Header:     http.Header{"Content-Type": {hostile}, "Ratelimit-" + hostile: {hostile}},
			Body:       io.NopCloser(strings.NewReader(`{"` + hostile + `\u0068unter2secret%31":"`)),
			Request:    req,
		}, nil
	})
	for name, change := range map[string]func(*http.Request){
		"the path":   func(req *http.Request) { req.URL.Path = "/v2/" + hostile + token },
		"the query":  func(req *http.Request) { req.URL.RawQuery = url.QueryEscape(hostile) + "h%75nter2secret=1" },
		"the method": func(req *http.Request) { req.Method = hostile },
		"the user": func(req *http.Request) {
			req.URL.User, req.URL.Path = url.UserPassword("a", "sesame-sesame"), "/v2/sesame-sesame"
		},
	} {
		t.Run(name, func(t *testing.T) {
			var findings []check.Finding
			m := monitor.New(testkit.Contract(t), next, monitor.Options{Sample: 1, Report: func(f check.Finding) { findings = append(findings, f) }})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.digitalocean.com/v2/images/1", nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+token)
			change(req)
			resp, err := m.RoundTrip(req)
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, resp.Body)
			require.NoError(t, err)
			m.Close()
			require.NotEmpty(t, findings)
			for _, f := range findings {
				line := f.String() + f.Source
				assert.Negative(t, strings.IndexFunc(line, func(r rune) bool { return !unicode.IsGraphic(r) }), "%q", line)
				assert.NotContains(t, line, "nter2secret")
				assert.NotContains(t, line, "sesame")
			}
		})
	}
}

// A client of a gateway asks for the API below a path.
func TestMonitorBehindAGateway(t *testing.T) {
	const address = "https://proxy.example/do"
	base, err := traffic.ParseBase(address)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		base traffic.Base
		want []string
	}{
		"known":   {base: base, want: []string{"undocumented-field"}},
		"unknown": {want: []string{"undocumented-operation"}},
	} {
		var found []string
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_get", Do: fakeapi.ExtraField()}))
		next := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			sent := req.Clone(req.Context())
			sent.URL.Path = strings.TrimPrefix(sent.URL.Path, "/do")
			return fake.RoundTrip(sent)
		})
		monitor := monitor.New(testkit.Contract(t), next, monitor.Options{
			Sample: 1,
			Base:   test.base,
			Report: func(f check.Finding) { found = append(found, f.Check) },
		})
		client, err := wrapper.NewClient(fakeapi.Token,
			wrapper.WithBaseURL(address), wrapper.WithHTTPClient(&http.Client{Transport: monitor}))
		require.NoError(t, err)
		_, err = client.Get(t.Context(), 6_000_000)
		require.NoError(t, err)
		monitor.Close()
		assert.Equal(t, test.want, found, name)
	}
}
