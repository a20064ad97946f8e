package bench

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/wrapper"
)

const (
	images = 10_000
	one    = 6_014_000 // the id of one of them, a private one
)

// fetch returns an exchange with the fake.
func fetch(tb testing.TB, fake http.RoundTripper, path string) traffic.Exchange {
	tb.Helper()
	address, err := url.Parse("https://api.digitalocean.com/v2/images" + path)
	require.NoError(tb, err)
	req := &http.Request{Method: http.MethodGet, URL: address, Header: http.Header{"Authorization": {"Bearer " + fakeapi.Token}}}
	resp, err := fake.RoundTrip(req)
	require.NoError(tb, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(tb, err)
	require.Equal(tb, http.StatusOK, resp.StatusCode)
	return traffic.Exchange{Method: req.Method, URL: address, RequestHeader: req.Header, Status: resp.StatusCode, Header: resp.Header, Body: body}
}

// exchanges returns those of a list that is read to its end, 200 images a page.
func exchanges(tb testing.TB, n int) (all []traffic.Exchange) {
	tb.Helper()
	fake := fakeapi.New(fakeapi.WithCatalogue(n, 1), fakeapi.WithRateLimit(0, 0))
	for page := 1; page <= (n+199)/200; page++ {
		all = append(all, fetch(tb, fake, "?per_page=200&page="+strconv.Itoa(page)))
	}
	return all
}

// serve serves pages that were made before, so that making them is not measured.
func serve(tb testing.TB, delay time.Duration) *httptest.Server {
	tb.Helper()
	pages := exchanges(tb, images)
	one := fetch(tb, fakeapi.New(fakeapi.WithCatalogue(images, 1)), "/"+strconv.Itoa(one)).Body
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		body := one
		if r.URL.Path == "/v2/images" {
			number, _ := strconv.Atoi(r.URL.Query().Get("page"))
			body = pages[max(number, 1)-1].Body
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	}))
	tb.Cleanup(server.Close)
	return server
}

// listWithGodo reads a list with the loop that godo's README gives.
func listWithGodo(ctx context.Context, client *godo.Client) (list []godo.Image, err error) {
	opt := &godo.ListOptions{PerPage: 200}
	for {
		images, resp, err := client.Images.List(ctx, opt)
		if err != nil {
			return nil, err
		}
		list = append(list, images...)
		if resp.Links == nil || resp.Links.IsLastPage() {
			return list, nil
		}
		page, err := resp.Links.CurrentPage()
		if err != nil {
			return nil, err
		}
		opt.Page = page + 1
	}
}

func newGodo(tb testing.TB, server *httptest.Server) *godo.Client {
	tb.Helper()
	client := godo.NewFromToken(fakeapi.Token)
	base, err := url.Parse(server.URL + "/")
	require.NoError(tb, err)
	client.BaseURL = base
	return client
}

func newClient(tb testing.TB, server *httptest.Server, options ...wrapper.Option) *wrapper.Client {
	tb.Helper()
	client, err := wrapper.NewClient(fakeapi.Token, append([]wrapper.Option{wrapper.WithBaseURL(server.URL)}, options...)...)
	require.NoError(tb, err)
	return client
}
