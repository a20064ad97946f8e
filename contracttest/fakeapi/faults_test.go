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
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// stay makes a client return a redirect instead of following it.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// A fault looks the same through a socket and without one.
func TestEffects(t *testing.T) {
	for name, test := range map[string]struct {
		fault string
		check func(t *testing.T, resp *http.Response, body string, err error)
	}{
		"status": {
			fault: "images_list:status=503",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Equal(t, 503, resp.StatusCode)
				assert.Contains(t, body, `"id":"service_unavailable"`)
				assert.NotEmpty(t, resp.Header.Get("ratelimit-limit"))
			},
		},
		"burst": {
			fault: "images_list:burst=26s",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Equal(t, 429, resp.StatusCode)
				assert.Equal(t, "26", resp.Header.Get("retry-after"))
				assert.Equal(t, "0", resp.Header.Get("ratelimit-remaining"))
				assert.Contains(t, body, `"id":"too_many_requests"`)
			},
		},
		"hourly": {
			fault: "images_list:hourly=-1h",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Equal(t, 429, resp.StatusCode)
				assert.Empty(t, resp.Header.Get("retry-after"))
				reset, err := strconv.ParseInt(resp.Header.Get("ratelimit-reset"), 10, 64)
				require.NoError(t, err)
				assert.Less(t, reset, time.Now().Unix())
			},
		},
		"redirect": {
			fault: "images_list:redirect=https://elsewhere.invalid/",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Equal(t, 307, resp.StatusCode)
				assert.Equal(t, "https://elsewhere.invalid/", resp.Header.Get("Location"))
			},
		},
		"oversize": {
			fault: "images_list:oversize=1000000",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Greater(t, len(body), 1_000_000)
				assert.True(t, json.Valid([]byte(body)))
			},
		},
		"gzip": {
			fault: "images_list:gzip",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				if !resp.Uncompressed { // net/http decompresses by itself, over a socket
					decompressed, err := gzip.NewReader(strings.NewReader(body))
					require.NoError(t, err)
					text, err := io.ReadAll(decompressed)
					require.NoError(t, err)
					body = string(text)
				}
				assert.Contains(t, body, `"total":60`)
			},
		},
		"next": {
			fault: "images_list:next=https://elsewhere.invalid/?page=2",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Contains(t, body, `"links":{"pages":{"next":"https://elsewhere.invalid/?page=2"}}`)
			},
		},
		"html": {
			fault: "images_list:html",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Equal(t, 502, resp.StatusCode)
				assert.Contains(t, body, "<h1>")
			},
		},
		"reset": {
			fault: "images_list:reset",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				assert.Error(t, err)
				assert.Nil(t, resp)
			},
		},
		"lose-answer": {
			fault: "images_list:lose-answer",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				assert.Error(t, err)
				assert.Nil(t, resp)
			},
		},
		"reset-after-headers": {
			fault: "images_list:reset-after-headers",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NotNil(t, resp)
				assert.Equal(t, 200, resp.StatusCode)
				assert.Error(t, err)
				assert.Empty(t, body)
			},
		},
		"truncate": {
			fault: "images_list:truncate",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NotNil(t, resp)
				assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
				assert.True(t, strings.HasPrefix(body, `{"images":[`))
			},
		},
		"slow": {
			fault: "images_list:slow=1ms",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.True(t, strings.HasSuffix(strings.TrimSpace(body), `{"total":60}}`))
			},
		},
		"content-type": {
			fault: "images_list:content-type=text/html",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Equal(t, "text/html", resp.Header.Get("Content-Type"))
				assert.Contains(t, body, `"total":60`)
			},
		},
		"malformed": {
			fault: "images_list:malformed",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.NotEmpty(t, body)
				assert.False(t, json.Valid([]byte(body)))
			},
		},
		"total": {
			fault: "images_list:total=-7",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Contains(t, body, `"total":53`)
			},
		},
		"add": {
			fault: "images_list:add=2",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Contains(t, body, `"total":62`)
				assert.Equal(t, 2, strings.Count(body, `"name":"added meanwhile"`), "at the beginning")
			},
		},
		"remove": {
			fault: "images_list:remove=2",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Contains(t, body, `"total":58`)
				assert.NotContains(t, body, `"id":6000413,`)
				assert.NotContains(t, body, `"id":6000406,`)
				assert.Contains(t, body, `"id":6000399,`)
			},
		},
		"unknown-enum": {
			fault: "images_list:unknown-enum",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Equal(t, 20, strings.Count(body, `"status":"thawing"`))
			},
		},
		"extra-field": {
			fault: "*:extra-field",
			check: func(t *testing.T, resp *http.Response, body string, err error) {
				require.NoError(t, err)
				assert.Equal(t, 20, strings.Count(body, `"undocumented":true`))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, socket := range []bool{false, true} {
				fault, err := fakeapi.ParseFault(test.fault)
				require.NoError(t, err)
				fake := fakeapi.New(fakeapi.WithFaults(fault))
				client, base := &http.Client{Transport: fake, CheckRedirect: stay}, openapi.BaseURL
				if socket {
					server := httptest.NewServer(fake)
					t.Cleanup(server.Close)
					client, base = server.Client(), server.URL
					client.CheckRedirect = stay
				}
				resp, err := client.Do(newRequest(t, http.MethodGet, base+"/v2/images", nil))
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
		"images_get:status=521":                         "xxxxxxxxxx",
		"*:fail-action":                                 "..........", // it concerns another operation
		"images_get:status=500,after=3,count=2":         "...xx.....",
		"images_get:probability=0.5,status=500,seed=12": "", // any pattern, but the same both times
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

func TestPageThatFailsOnce(t *testing.T) {
	fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{
		Operation: "images_list",
		Page:      2,
		Count:     1,
		Do:        fakeapi.Status(500),
	}))
	client := newClient(t, fake, fakeapi.Token)
	images, err := wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 20}))
	require.ErrorIs(t, err, wrapper.ErrServer)
	assert.Len(t, images, 20)
	images, err = wrapper.Collect(client.Images(t.Context(), wrapper.ListParams{PerPage: 20}))
	require.NoError(t, err)
	assert.Len(t, images, 60)
}

// retry-after is in whole seconds, and a client must not be told to come back too early.
func TestBurstLimitRoundsUp(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		0:                      "0",
		time.Millisecond:       "1",
		500 * time.Millisecond: "1",
		time.Second:            "1",
		time.Second + 1:        "2",
		time.Minute:            "60",
	} {
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.BurstLimit(wait)}))
		resp, _ := fetch(t, fake, "/v2/images")
		assert.Equal(t, want, resp.Header.Get("retry-after"), wait)
	}
}

// A lost response and a broken connection look the same to a client; they differ in whether the request took effect.
func TestWhichRequestsTakeEffect(t *testing.T) {
	for name, test := range map[string]struct {
		do   fakeapi.Effect
		want int // images created
	}{
		"status":              {do: fakeapi.Status(500), want: 0},
		"reset":               {do: fakeapi.Reset(), want: 0},
		"html":                {do: fakeapi.GatewayPage(), want: 0},
		"lose-answer":         {do: fakeapi.LoseAnswer(), want: 1},
		"reset-after-headers": {do: fakeapi.ResetAfterHeaders(), want: 1},
		"truncate":            {do: fakeapi.Truncate(), want: 1},
		"malformed":           {do: fakeapi.Malformed(), want: 1},
	} {
		fake := fakeapi.New(fakeapi.WithCatalogue(0, 0))
		fake.Inject(fakeapi.Fault{Operation: "images_create_custom", Do: test.do})
		_, err := newClient(t, fake, fakeapi.Token).Create(t.Context(), newImage)
		assert.Error(t, err, name)
		assert.Len(t, fake.Images(), test.want, name)
	}
}

func TestDelayEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, do := range map[string]fakeapi.Effect{
			"delay": fakeapi.Delay(time.Hour),
			"slow":  fakeapi.Slow(time.Hour),
			"stall": fakeapi.Stall(),
		} {
			client := newClient(t, fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: do})), fakeapi.Token)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			start := time.Now()
			_, err := client.Get(ctx, 6_000_000)
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, time.Minute, time.Since(start))
			cancel()

			if name == "stall" { // only the end of the context ends it
				continue
			}
			start = time.Now()
			_, err = client.Get(t.Context(), 6_000_000)
			assert.NoError(t, err)
			assert.GreaterOrEqual(t, time.Since(start), time.Hour)
		}
	})
	synctest.Test(t, func(t *testing.T) { // a stall has no end of its own
		ctx, cancel := context.WithCancel(t.Context())
		fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Stall()}))
		req := newRequest(t, http.MethodGet, openapi.BaseURL+"/v2/images/6000000", nil).WithContext(ctx)
		returned := false
		go func() {
			_, err := fake.RoundTrip(req) // the wrapper would end it
			returned = true
			assert.ErrorIs(t, err, context.Canceled)
		}()
		time.Sleep(math.MaxInt64)
		synctest.Wait()
		assert.False(t, returned)
		cancel()
	})
}
