package oteltrace_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/wrapper"
)

// Each attempt of a request is a span, as a child of the caller's.
func Example() {
	ctx := context.Background()
	spans := tracetest.NewInMemoryExporter() // a program uses one that sends them, such as otlptracehttp
	provider := trace.NewTracerProvider(trace.WithSyncer(spans))
	fake := fakeapi.New(fakeapi.WithCatalogue(450, 1)) // a program uses http.DefaultTransport
	traced := otelhttp.NewTransport(fake, otelhttp.WithTracerProvider(provider),
		// Otherwise a propagator that the program has set would send trace ids and baggage to the API.
		otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator()))

	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: traced, Timeout: time.Minute}),
		wrapper.WithConcurrency(1)) // so that the output is in order
	if err != nil {
		log.Fatal(err)
	}

	inventory, span := provider.Tracer("inventory").Start(ctx, "inventory")
	images, err := wrapper.Collect(client.Images(inventory, wrapper.ListParams{}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Get(inventory, 42)
	span.End()

	fmt.Println(len(images), "images, and one that is missing:", errors.Is(err, wrapper.ErrNotFound))
	for _, span := range spans.GetSpans() {
		request := attributes(span)
		fmt.Println(span.Name, request["url.full"], request["http.response.status_code"], span.Status.Code)
	}
	// Output:
	// 450 images, and one that is missing: true
	// HTTP GET https://api.digitalocean.com/v2/images?per_page=200&page=1 200 Unset
	// HTTP GET https://api.digitalocean.com/v2/images?per_page=200&page=2 200 Unset
	// HTTP GET https://api.digitalocean.com/v2/images?per_page=200&page=3 200 Unset
	// HTTP GET https://api.digitalocean.com/v2/images/42 404 Error
	// inventory   Unset
}

// attributes returns the attributes of a span, as text.
func attributes(span tracetest.SpanStub) map[string]string {
	all := map[string]string{}
	for _, attribute := range span.Attributes {
		all[string(attribute.Key)] = attribute.Value.String()
	}
	return all
}
