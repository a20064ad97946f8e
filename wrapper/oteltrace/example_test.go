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

// Each request is a span below that of the caller, and a request that is repeated is one for each attempt.
func Example() {
	ctx := context.Background()
	spans := tracetest.NewInMemoryExporter() // a program has one that sends them, such as otlptracehttp
	provider := trace.NewTracerProvider(trace.WithSyncer(spans))
	fake := fakeapi.New(fakeapi.WithCatalogue(450, 1)) // a program has http.DefaultTransport
	traced := otelhttp.NewTransport(fake, otelhttp.WithTracerProvider(provider),
		// Without this, a propagator that the program has set sends the ids and the baggage of its traces to the API.
		otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator()))

	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: traced, Timeout: time.Minute}),
		wrapper.WithConcurrency(1)) // for an output in order
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
		said := attributes(span)
		fmt.Println(span.Name, said["url.full"], said["http.response.status_code"], span.Status.Code)
	}
	// Output:
	// 450 images, and one that is missing: true
	// HTTP GET https://api.digitalocean.com/v2/images?per_page=200&page=1 200 Unset
	// HTTP GET https://api.digitalocean.com/v2/images?per_page=200&page=2 200 Unset
	// HTTP GET https://api.digitalocean.com/v2/images?per_page=200&page=3 200 Unset
	// HTTP GET https://api.digitalocean.com/v2/images/42 404 Error
	// inventory   Unset
}

// attributes returns what a span says of its request.
func attributes(span tracetest.SpanStub) map[string]string {
	all := map[string]string{}
	for _, attribute := range span.Attributes {
		all[string(attribute.Key)] = attribute.Value.String()
	}
	return all
}
