package contracttest_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/openapi"
)

// pageOf returns the exchange that reads 200 images.
func pageOf(tb testing.TB) contracttest.Exchange {
	tb.Helper()
	fake := fakeapi.New(fakeapi.WithCatalogue(1000, 1))
	address, err := url.Parse("https://api.digitalocean.com/v2/images?page=2&per_page=200")
	require.NoError(tb, err)
	req := &http.Request{Method: http.MethodGet, URL: address, Header: http.Header{"Authorization": {"Bearer " + fakeapi.Token}}}
	resp, err := fake.RoundTrip(req)
	require.NoError(tb, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(tb, err)
	return contracttest.Exchange{Method: req.Method, URL: address, RequestHeader: req.Header, Status: resp.StatusCode, Header: resp.Header, Body: body}
}

// Every check of ours, beside kin-openapi alone, on the same page of 200 images.
func BenchmarkCheckPage(b *testing.B) {
	exchange := pageOf(b)
	b.Run("ours", func(b *testing.B) {
		contract, err := contracttest.Load(openapi.Document())
		require.NoError(b, err)
		b.SetBytes(int64(len(exchange.Body)))
		b.ReportAllocs()
		for b.Loop() {
			if found := contract.Check(exchange); len(found) > 0 {
				b.Fatal(found)
			}
		}
	})
	b.Run("kin-openapi", func(b *testing.B) {
		doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
		require.NoError(b, err)
		require.NoError(b, doc.Validate(b.Context()))
		doc.Servers = nil
		router, err := gorillamux.NewRouter(doc)
		require.NoError(b, err)
		b.SetBytes(int64(len(exchange.Body)))
		b.ReportAllocs()
		for b.Loop() {
			request := &http.Request{Method: exchange.Method, URL: exchange.URL, Header: exchange.RequestHeader}
			route, params, err := router.FindRoute(request)
			if err != nil {
				b.Fatal(err)
			}
			if err := openapi3filter.ValidateResponse(b.Context(), &openapi3filter.ResponseValidationInput{
				RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route},
				Status:                 exchange.Status, Header: exchange.Header, Body: io.NopCloser(bytes.NewReader(exchange.Body)),
				Options: &openapi3filter.Options{MultiError: true, IncludeResponseStatus: true},
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
