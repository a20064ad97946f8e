package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/recording"
	"example.com/doimages/contracttest/report"
	"example.com/doimages/openapi"
)

// A page of 200 images: every check of ours, beside kin-openapi alone and libopenapi-validator at its strictest.
func BenchmarkCheck(b *testing.B) {
	exchange := exchanges(b, 1000)[1]
	request := func() *http.Request {
		return &http.Request{Method: exchange.Method, URL: exchange.URL, Header: exchange.RequestHeader}
	}
	run := func(name string, check func() error) {
		b.Run("by="+name, func(b *testing.B) {
			b.SetBytes(int64(len(exchange.Body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := check(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	contract, err := check.Load(openapi.Document())
	require.NoError(b, err)
	run("doimages", func() error {
		if found := contract.Check(exchange); len(found) > 0 {
			return fmt.Errorf("%v", found)
		}
		return nil
	})

	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
	require.NoError(b, err)
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	require.NoError(b, err)
	run("kin-openapi", func() error {
		request := request()
		route, params, err := router.FindRoute(request)
		if err != nil {
			return err
		}
		return openapi3filter.ValidateResponse(b.Context(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route},
			Status:                 exchange.Status, Header: exchange.Header, Body: io.NopCloser(bytes.NewReader(exchange.Body)),
			Options: &openapi3filter.Options{MultiError: true, IncludeResponseStatus: true},
		})
	})

	document, err := libopenapi.NewDocument(openapi.Document())
	require.NoError(b, err)
	strict, errs := validator.NewValidator(document, config.WithFormatAssertions(), config.WithContentAssertions(), config.WithStrictMode())
	require.Empty(b, errs)
	run("libopenapi", func() error {
		ok, errs := strict.ValidateHttpResponse(request(), &http.Response{
			StatusCode: exchange.Status, Header: exchange.Header, Body: io.NopCloser(bytes.NewReader(exchange.Body)), Request: request(),
		})
		if !ok {
			return fmt.Errorf("%v", errs[0])
		}
		return nil
	})
}

// Loading and validating the document, the first time and again.
func BenchmarkLoad(b *testing.B) {
	run := func(name string, load func() error) {
		b.Run("by="+name, func(b *testing.B) {
			for b.Loop() {
				if err := load(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("kin-openapi", func() error {
		doc, err := openapi3.NewLoader().LoadFromData(openapi.Document())
		if err != nil {
			return err
		}
		return doc.Validate(b.Context(), openapi3.EnableExamplesValidation())
	})
	other := append(openapi.Document(), '\n') // not the embedded one, which is held once it is loaded
	exchange := exchanges(b, images)[0]
	run("doimages-first", func() error { _, err := check.Load(other); return err })
	run("doimages-first-check", func() error {
		contract, err := check.Load(other)
		if err != nil {
			return err
		}
		contract.Check(exchange) // which validates every operation of the images API
		return nil
	})
	run("doimages-again", func() error { _, err := check.Load(openapi.Document()); return err })
}

// archived is how many pages archive writes.
const archived = 1000

// archive writes an HTTP Archive, and returns its name and size.
func archive(tb testing.TB) (string, int64) {
	tb.Helper()
	type pair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	var entries []any
	pages := exchanges(tb, images)
	for i := range archived {
		exchange := pages[i%len(pages)]
		headers := []pair{}
		for name := range exchange.Header {
			headers = append(headers, pair{name, exchange.Header.Get(name)})
		}
		entries = append(entries, map[string]any{
			"request":  map[string]any{"method": "GET", "url": exchange.URL.String(), "headers": []pair{{"Authorization", "[redacted]"}}},
			"response": map[string]any{"status": exchange.Status, "headers": headers, "content": map[string]any{"mimeType": "application/json", "text": string(exchange.Body)}},
		})
	}
	text, err := json.Marshal(map[string]any{"log": map[string]any{"version": "1.2", "entries": entries}})
	require.NoError(tb, err)
	file := filepath.Join(tb.TempDir(), "pages.har")
	require.NoError(tb, os.WriteFile(file, text, 0o600))
	return file, int64(len(text))
}

// verify does what contract verify does.
func verify(b *testing.B, contract *check.Contract, file string) {
	b.Helper()
	r := report.New(contract)
	err := r.AddAll(recording.Read(file))
	if err != nil || r.Exchanges != archived || r.CountAtLeast(check.Breaking) > 0 {
		b.Fatal(err, r.Exchanges, r.Findings)
	}
}

// Verifying an archive of 1,000 pages, on one core and on all.
func BenchmarkVerify(b *testing.B) {
	file, size := archive(b)
	contract, err := check.Load(openapi.Document())
	require.NoError(b, err)
	for name, cores := range map[string]int{"one": 1, "all": runtime.NumCPU()} {
		b.Run("cores="+name, func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			b.SetBytes(size)
			for b.Loop() {
				verify(b, contract, file)
			}
		})
	}
}
