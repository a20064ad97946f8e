package oteltrace_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	api "go.opentelemetry.io/otel/trace"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

const canary = "dop_v1_canary0123456789"

// traced returns a client of a fake whose account has the token canary, and the spans that it makes.
func traced(t *testing.T, next http.RoundTripper, options ...otelhttp.Option) (*wrapper.Client, api.Tracer, *tracetest.InMemoryExporter) {
	t.Helper()
	spans := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithSyncer(spans))
	options = append(options, otelhttp.WithTracerProvider(provider))
	client, err := wrapper.NewClient(canary, wrapper.WithHTTPClient(&http.Client{Transport: otelhttp.NewTransport(next, options...)}))
	require.NoError(t, err)
	return client, provider.Tracer("test"), spans
}

func fakeOf(options ...fakeapi.Option) *fakeapi.API {
	return fakeapi.New(append(options, fakeapi.WithAccounts(fakeapi.Account{Token: canary}))...)
}

func TestEachPageIsAChildSpan(t *testing.T) {
	fake := fakeOf(fakeapi.WithCatalogue(1000, 1))
	client, tracer, exporter := traced(t, fake)
	ctx, caller := tracer.Start(t.Context(), "inventory")
	images, err := wrapper.Collect(client.Images(ctx, wrapper.ListParams{})) // the pages after the first at the same time
	require.NoError(t, err)
	require.Len(t, images, 1000)

	pages := map[string]bool{}
	spans := exporter.GetSpans()
	require.Len(t, spans, fake.Requests())
	for _, span := range spans {
		assert.Equal(t, caller.SpanContext().SpanID(), span.Parent.SpanID())
		assert.Equal(t, caller.SpanContext().TraceID(), span.SpanContext.TraceID())
		assert.Equal(t, api.SpanKindClient, span.SpanKind)
		assert.Equal(t, "200", attributes(span)["http.response.status_code"])
		assert.False(t, span.EndTime.Before(span.StartTime))
		pages[attributes(span)["url.full"]] = true
	}
	assert.Len(t, pages, 5)
	assert.Contains(t, pages, "https://api.digitalocean.com/v2/images?per_page=200&page=5")
}

func TestEachAttemptIsASpan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fault := fakeapi.Fault{Count: 1, Do: fakeapi.Status(http.StatusServiceUnavailable)}
		client, tracer, exporter := traced(t, fakeOf(fakeapi.WithImages(gen.Image{ID: 42}), fakeapi.WithFaults(fault)))
		ctx, caller := tracer.Start(t.Context(), "read")
		_, err := client.Get(ctx, 42)
		require.NoError(t, err)

		spans := exporter.GetSpans()
		require.Len(t, spans, 2)
		first, second := spans[0], spans[1]
		assert.Equal(t, "503", attributes(first)["http.response.status_code"])
		assert.Equal(t, codes.Error, first.Status.Code)
		assert.Equal(t, "200", attributes(second)["http.response.status_code"])
		assert.Equal(t, codes.Unset, second.Status.Code)
		assert.True(t, second.StartTime.After(first.EndTime), "the pause is between them")
		for _, span := range spans {
			assert.Equal(t, caller.SpanContext().SpanID(), span.Parent.SpanID())
		}
	})
}

func TestAFailureMarksItsSpan(t *testing.T) {
	for name, test := range map[string]struct {
		faults []fakeapi.Fault
		is     error
		status string // empty without a response
	}{
		"a missing image": {nil, wrapper.ErrNotFound, "404"},
		"no response":     {[]fakeapi.Fault{{Do: fakeapi.Reset()}}, wrapper.ErrNoResponse, ""},
	} {
		t.Run(name, func(t *testing.T) {
			client, _, exporter := traced(t, fakeOf(fakeapi.WithFaults(test.faults...)))
			_, err := client.Get(wrapper.ContextWithRetry(t.Context(), wrapper.Retry{Attempts: 1}), 42)
			require.ErrorIs(t, err, test.is)

			spans := exporter.GetSpans()
			require.Len(t, spans, 1)
			assert.Equal(t, codes.Error, spans[0].Status.Code)
			assert.Equal(t, test.status, attributes(spans[0])["http.response.status_code"])
			assert.NotEmpty(t, attributes(spans[0])["error.type"])
		})
	}
}

func TestTheTokenIsInNoSpan(t *testing.T) {
	text := func(exporter *tracetest.InMemoryExporter) string {
		all, err := json.Marshal(exporter.GetSpans())
		require.NoError(t, err)
		return string(all)
	}
	synctest.Test(t, func(t *testing.T) {
		fake := fakeOf(fakeapi.WithCatalogue(450, 1))
		client, tracer, exporter := traced(t, fake)
		ctx, caller := tracer.Start(t.Context(), "inventory")
		_, err := wrapper.Collect(client.Images(ctx, wrapper.ListParams{}))
		require.NoError(t, err, "the fake was sent the token")
		_, err = client.Create(ctx, gen.ImageCreate{Name: "web", URL: "https://example.com/web.img", Region: gen.RegionSlugNyc3})
		require.NoError(t, err)
		// The redirect repeats the token, as a server may.
		for _, effect := range []fakeapi.Effect{
			fakeapi.Status(401), fakeapi.Status(404), fakeapi.Status(503), fakeapi.Reset(), fakeapi.ResetAfterHeaders(),
			fakeapi.Truncate(), fakeapi.Redirect("https://example.com/?token=" + canary),
		} {
			fake.Inject(fakeapi.Fault{Operation: "images_get", Count: 1, Do: effect})
			_, err := client.Get(ctx, 42)
			require.Error(t, err)
			caller.RecordError(err)
		}
		caller.End()

		spans := text(exporter)
		require.Len(t, exporter.GetSpans(), fake.Requests()+1)
		assert.Contains(t, spans, "/v2/images?per_page=200", "attributes are in the text")
		assert.Contains(t, spans, "get image 42: ", "and the errors of the wrapper")
		assert.NotContains(t, spans, canary)
		assert.NotContains(t, spans, "Bearer")
	})
	// The search finds a token in each of these places.
	for place, leak := range map[string]func(api.Tracer){
		"name": func(tracer api.Tracer) { _, span := tracer.Start(t.Context(), canary); span.End() },
		"attribute": func(tracer api.Tracer) {
			_, span := tracer.Start(t.Context(), "leak", api.WithAttributes(attribute.StringSlice("headers", []string{canary})))
			span.End()
		},
		"event": func(tracer api.Tracer) {
			_, span := tracer.Start(t.Context(), "leak")
			span.AddEvent("sent", api.WithAttributes(attribute.String("authorization", "Bearer "+canary)))
			span.End()
		},
		"status": func(tracer api.Tracer) {
			_, span := tracer.Start(t.Context(), "leak")
			span.SetStatus(codes.Error, canary)
			span.End()
		},
	} {
		_, tracer, exporter := traced(t, nil)
		leak(tracer)
		assert.Contains(t, text(exporter), canary, place)
	}
}

// keep is a transport that keeps the headers of the latest request.
type keep struct {
	next    http.RoundTripper
	headers http.Header
}

func (k *keep) RoundTrip(r *http.Request) (*http.Response, error) {
	k.headers = r.Header
	return k.next.RoundTrip(r)
}

// The baggage of a program, such as the name of a customer, must not reach the API.
func TestTracesReachTheAPIOnlyWithPropagators(t *testing.T) {
	before := otel.GetTextMapPropagator()
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	t.Cleanup(func() { otel.SetTextMapPropagator(before) })
	member, err := baggage.NewMember("customer", "acme")
	require.NoError(t, err)
	bag, err := baggage.New(member)
	require.NoError(t, err)

	sent := func(options ...otelhttp.Option) http.Header {
		k := &keep{next: fakeOf()}
		client, tracer, _ := traced(t, k, options...)
		ctx, span := tracer.Start(baggage.ContextWithBaggage(context.Background(), bag), "read")
		defer span.End()
		_, err := client.GetBySlug(ctx, "debian-13-x64")
		require.NoError(t, err)
		return k.headers
	}
	off := sent(otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator()))
	assert.Empty(t, off.Get("Traceparent"))
	assert.Empty(t, off.Get("Baggage"))
	on := sent()
	assert.NotEmpty(t, on.Get("Traceparent"))
	assert.Equal(t, "customer=acme", on.Get("Baggage"))
}

// Importers of the wrapper get its go.sum, not that of this module.
func TestImportersOfTheWrapperGetNoOpenTelemetry(t *testing.T) {
	for _, file := range []string{"../../go.mod", "../../go.sum", "../testdata/consumer/go.sum"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotContains(t, string(text), "opentelemetry", file)
	}
}
