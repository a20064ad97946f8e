package fakeapi_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/wrapper"
)

// stay lets a redirect be seen.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// newRequest makes a request with the token of the default account.
func newRequest(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
	return req
}

// A fault must look the same over a socket and without one.
func TestEffects(t *testing.T) {
	for name, test := range map[string]struct {
		fault string
		check func(t *testing.T, resp *http.Response, body string, err error)
	}{
		"status": {"images_list:status=503", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Equal(t, 503, resp.StatusCode)
			assert.Contains(t, body, `"id":"service_unavailable"`)
			assert.NotEmpty(t, resp.Header.Get("ratelimit-limit"))
		}},
		"burst": {"images_list:burst=26s", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Equal(t, 429, resp.StatusCode)
			assert.Equal(t, []string{"26", "0"}, []string{resp.Header.Get("retry-after"), resp.Header.Get("ratelimit-remaining")})
			assert.Contains(t, body, `"id":"too_many_requests"`)
		}},
		"hourly": {"images_list:hourly=-1h", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Equal(t, 429, resp.StatusCode)
			assert.Empty(t, resp.Header.Get("retry-after"))
			reset, err := strconv.ParseInt(resp.Header.Get("ratelimit-reset"), 10, 64)
			require.NoError(t, err)
			assert.Less(t, reset, time.Now().Unix())
		}},
		"redirect": {"images_list:redirect=https://elsewhere.invalid/", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Equal(t, 307, resp.StatusCode)
			assert.Equal(t, "https://elsewhere.invalid/", resp.Header.Get("Location"))
		}},
		"oversize": {"images_list:oversize=1000000", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Greater(t, len(body), 1_000_000)
			assert.True(t, json.Valid([]byte(body)))
		}},
		"gzip": {"images_list:gzip", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			if !resp.Uncompressed { // as net/http does by itself, where there is a connection
				unpacked, err := gzip.NewReader(strings.NewReader(body))
				require.NoError(t, err)
				text, err := io.ReadAll(unpacked)
				require.NoError(t, err)
				body = string(text)
			}
			assert.Contains(t, body, `"total":60`)
		}},
		"next": {"images_list:next=https://elsewhere.invalid/?page=2", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Contains(t, body, `"links":{"pages":{"next":"https://elsewhere.invalid/?page=2"}}`)
		}},
		"html": {"images_list:html", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Equal(t, 502, resp.StatusCode)
			assert.Contains(t, body, "<h1>")
		}},
		"reset": {"images_list:reset", func(t *testing.T, resp *http.Response, body string, err error) {
			assert.Error(t, err)
			assert.Nil(t, resp)
		}},
		"lose-answer": {"images_list:lose-answer", func(t *testing.T, resp *http.Response, body string, err error) {
			assert.Error(t, err)
			assert.Nil(t, resp)
		}},
		"reset-after-headers": {"images_list:reset-after-headers", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NotNil(t, resp)
			assert.Equal(t, 200, resp.StatusCode)
			assert.Error(t, err)
			assert.Empty(t, body)
		}},
		"truncate": {"images_list:truncate", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NotNil(t, resp)
			assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
			assert.True(t, strings.HasPrefix(body, `{"images":[`))
		}},
		"slow": {"images_list:slow=1ms", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.True(t, strings.HasSuffix(strings.TrimSpace(body), `{"total":60}}`))
		}},
		"content-type": {"images_list:content-type=text/html", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Equal(t, "text/html", resp.Header.Get("Content-Type"))
			assert.Contains(t, body, `"total":60`)
		}},
		"malformed": {"images_list:malformed", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.NotEmpty(t, body)
			assert.False(t, json.Valid([]byte(body)))
		}},
		"total": {"images_list:total=-7", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Contains(t, body, `"total":53`)
		}},
		"add": {"images_list:add=2", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Contains(t, body, `"total":62`)
		}},
		"remove": {"images_list:remove=2", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Contains(t, body, `"total":58`)
			assert.NotContains(t, body, `"id":6000000,`)
		}},
		"unknown-enum": {"images_list:unknown-enum", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Equal(t, 20, strings.Count(body, `"status":"thawing"`))
		}},
		"extra-field": {"*:extra-field", func(t *testing.T, resp *http.Response, body string, err error) {
			require.NoError(t, err)
			assert.Equal(t, 20, strings.Count(body, `"undocumented":true`))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, socket := range []bool{false, true} {
				fault, err := fakeapi.ParseFault(test.fault)
				require.NoError(t, err)
				fake := fakeapi.New(fakeapi.WithFaults(fault))
				client, base := &http.Client{Transport: fake, CheckRedirect: stay}, "https://api.digitalocean.com"
				if socket {
					server := httptest.NewUnstartedServer(fake)
					server.Config.ErrorLog = nil
					server.Start()
					t.Cleanup(server.Close)
					client, base = server.Client(), server.URL
					client.CheckRedirect = stay
				}
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/v2/images", nil)
				require.NoError(t, err)
				req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
				resp, err := client.Do(req)
				body := ""
				if err == nil {
					var b []byte
					b, err = io.ReadAll(resp.Body)
					_ = resp.Body.Close()
					body = string(b)
				}
				test.check(t, resp, body, err)
			}
		})
	}
}

func TestFaultsChooseRequests(t *testing.T) {
	for text, want := range map[string]string{
		"images_get:status=500":                         "xxxxxxxxxx",
		"*:status=500":                                  "xxxxxxxxxx",
		"images_list:status=500":                        "..........",
		"*:status=500,page=1":                           "..........", // only lists have pages
		"images_get:status=500,count=2":                 "xx........",
		"images_get:status=500,after=3,count=2":         "...xx.....",
		"images_get:probability=0.5,status=500,seed=12": "", // whatever, but the same twice
	} {
		seen := map[string]bool{}
		for range 2 {
			fault, err := fakeapi.ParseFault(text)
			require.NoError(t, err)
			client := newClient(t, fakeapi.New(fakeapi.WithFaults(fault)), fakeapi.Token)
			got := ""
			for range 10 {
				_, err := client.Get(t.Context(), 6_000_000)
				got += map[bool]string{true: ".", false: "x"}[err == nil]
			}
			if want != "" {
				assert.Equal(t, want, got, text)
			} else {
				assert.Contains(t, got, "x")
				assert.Contains(t, got, ".")
			}
			seen[got] = true
		}
		assert.Len(t, seen, 1, text)
	}
}

func TestAPageThatFailsOnce(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Operation: "images_list", Page: 2, Count: 1, Do: fakeapi.Status(500)}))
	client := newClient(t, fake, fakeapi.Token)
	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 20}))
	require.ErrorIs(t, err, wrapper.ErrServer)
	assert.Len(t, images, 20)
	images, err = wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 20}))
	require.NoError(t, err)
	assert.Len(t, images, 60)
}

// retry-after is in whole seconds, and nobody may be told to come too early.
func TestBurstLimitRoundsUp(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		0: "0", time.Millisecond: "1", 500 * time.Millisecond: "1", time.Second: "1", time.Second + 1: "2", time.Minute: "60",
	} {
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.BurstLimit(wait)}))
		resp, err := fake.RoundTrip(newRequest(t, http.MethodGet, "https://api.digitalocean.com/v2/images", nil))
		require.NoError(t, err)
		assert.Equal(t, want, resp.Header.Get("retry-after"), wait)
	}
}

// Whether a request that failed took effect is what tells a lost answer from a broken connection.
func TestWhatTakesEffect(t *testing.T) {
	for _, test := range []struct {
		do   fakeapi.Effect
		want int
	}{
		{fakeapi.Status(500), 0}, {fakeapi.Reset(), 0}, {fakeapi.GatewayPage(), 0},
		{fakeapi.LoseAnswer(), 1}, {fakeapi.ResetAfterHeaders(), 1}, {fakeapi.Truncate(), 1}, {fakeapi.Malformed(), 1},
	} {
		fake := fakeapi.New(fakeapi.WithCatalogue(0, 0))
		fake.Inject(fakeapi.Fault{Operation: "images_create_custom", Do: test.do})
		_, err := newClient(t, fake, fakeapi.Token).Create(t.Context(), newImage)
		assert.Error(t, err)
		assert.Len(t, fake.Images(), test.want)
	}
}

func TestDelayEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, do := range map[string]fakeapi.Effect{"delay": fakeapi.Delay(time.Hour), "slow": fakeapi.Slow(time.Hour), "stall": fakeapi.Stall()} {
			client := newClient(t, fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: do})), fakeapi.Token)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			start := time.Now()
			_, err := client.Get(ctx, 6_000_000)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, time.Minute, time.Since(start))
			cancel()

			if name == "stall" { // it has no end but that of the context
				continue
			}
			start = time.Now()
			_, err = client.Get(t.Context(), 6_000_000)
			assert.NoError(t, err)
			assert.GreaterOrEqual(t, time.Since(start), time.Hour)
		}
	})
	synctest.Test(t, func(t *testing.T) { // however late it gets
		ctx, cancel := context.WithCancel(t.Context())
		client := newClient(t, fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Stall()})), fakeapi.Token)
		answered := false
		go func() {
			_, err := client.Get(ctx, 6_000_000)
			answered = true
			assert.ErrorIs(t, err, context.Canceled)
		}()
		time.Sleep(math.MaxInt64)
		synctest.Wait()
		assert.False(t, answered)
		cancel()
	})
}
