package wrapper_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// The examples run against the fake. A program leaves WithHTTPClient out and takes its token from the environment.
func exampleClient(options ...fakeapi.Option) *wrapper.Client {
	return clientOf(fakeapi.New(options...), fakeapi.Token)
}

func clientOf(fake *fakeapi.API, token string) *wrapper.Client {
	client, err := wrapper.NewClient(token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func ExampleNewClient() {
	client, err := wrapper.NewClient(fakeapi.Token, // a program has os.Getenv("DIGITALOCEAN_TOKEN")
		wrapper.WithHTTPClient(&http.Client{Transport: fakeapi.New(), Timeout: 20 * time.Second}),
		wrapper.WithUserAgent("inventory/1.4"),
		wrapper.WithRetry(wrapper.Retry{Attempts: 3, MaxElapsed: time.Minute}),
		wrapper.WithConcurrency(4))
	fmt.Println(client != nil, err)

	_, err = wrapper.NewClient("dop_v1_0123\n") // as read from a file
	fmt.Println(err)
	// Output:
	// true <nil>
	// new client: the token contains white space, a quote, a backslash or a non-ASCII character; check for a trailing newline
}

// attempts counts every attempt of every request, for a metric.
type attempts struct {
	next   http.RoundTripper
	failed atomic.Int64 // without a response, or with a server error
	all    atomic.Int64
}

func (a *attempts) RoundTrip(req *http.Request) (*http.Response, error) {
	a.all.Add(1)
	resp, err := a.next.RoundTrip(req)
	if err != nil || resp.StatusCode >= 500 {
		a.failed.Add(1)
	}
	return resp, err
}

func ExampleWithHTTPClient() {
	lost := fakeapi.Fault{Operation: "images_get", Count: 1, Do: fakeapi.Reset()}
	counted := &attempts{next: fakeapi.New(fakeapi.WithFaults(lost))} // a program has http.DefaultTransport
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: counted}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.GetBySlug(context.Background(), "ubuntu-24-04-x64")
	fmt.Println(counted.failed.Load(), "of", counted.all.Load(), "attempts failed:", err)
	// Output: 1 of 2 attempts failed: <nil>
}

// The log says what was sent and how the API responded. It has no tokens and no bodies.
func ExampleWithLogger() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "duration" { // for an output that stays the same
				return slog.Attr{}
			}
			return a
		},
	}))
	fake := &http.Client{Transport: fakeapi.New()}
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(fake), wrapper.WithLogger(logger))
	if err != nil {
		log.Fatal(err)
	}
	_, _ = client.Get(context.Background(), 42)
	// Output: level=DEBUG msg="images API request" method=GET path=/v2/images/42 attempt=1 status=404
}

// A limiter of golang.org/x/time/rate fits. Package redislimit shares a budget between processes.
func ExampleWithLimiter() {
	limiter := rate.NewLimiter(rate.Every(time.Minute/200), 40)
	fake := fakeapi.New()
	client, err := wrapper.NewClient(fakeapi.Token,
		wrapper.WithHTTPClient(&http.Client{Transport: fake}), wrapper.WithLimiter(limiter))
	if err != nil {
		log.Fatal(err)
	}
	for range 10 {
		if _, err := client.GetBySlug(context.Background(), "ubuntu-24-04-x64"); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(fake.Requests(), "requests within the limit")
	// Output: 10 requests within the limit
}

// A context can ask for what each response says beside its body, such as the id of the request for a ticket.
func ExampleContextWithResponse() {
	client := exampleClient()
	ctx := wrapper.ContextWithResponse(context.Background(), func(r wrapper.ResponseInfo) {
		fmt.Println("attempt", r.Attempt, "status", r.Status, "request id", r.RequestID)
		fmt.Println(r.RateLimit.Remaining, "of", r.RateLimit.Limit, "requests left")
	})
	_, err := client.Get(ctx, 6_000_000)
	fmt.Println(err)
	// Output:
	// attempt 1 status 200 request id 00000000-0000-4000-8000-000000000001
	// 4999 of 5000 requests left
	// <nil>
}

// A call for a user who waits had better fail early.
func ExampleContextWithRetry() {
	client := exampleClient(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.Status(503)}))
	ctx := wrapper.ContextWithRetry(context.Background(), wrapper.Retry{Attempts: 1})
	_, err := client.Get(ctx, 42)
	fmt.Println(errors.Is(err, wrapper.ErrServer))
	// Output: true
}

func ExampleClient_RateLimit() {
	client := exampleClient()
	if _, err := client.GetBySlug(context.Background(), "debian-13-x64"); err != nil {
		log.Fatal(err)
	}
	limit := client.RateLimit()
	fmt.Println(limit.Remaining, "of", limit.Limit, "requests remain")
	// Output: 4999 of 5000 requests remain
}

// Tags are another part of the API, which godo has. For one request, the HTTP client below will do: it adds the token,
// keeps to the rate limit and repeats what is safe.
func ExampleClient_API_tag() {
	tags := func(req *http.Request) (*http.Response, error) { // the fake has images only
		fmt.Println(req.Method, req.URL, req.Header.Get("Authorization") != "")
		return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil
	}
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: roundTrip(tags)}))
	if err != nil {
		log.Fatal(err)
	}

	generated := client.API().ClientInterface.(*gen.Client)
	body := strings.NewReader(`{"resources":[{"resource_id":"42","resource_type":"image"}]}`)
	req, err := http.NewRequest(http.MethodPost, generated.Server+"v2/tags/web/resources", body)
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := generated.Client.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.StatusCode) // another status is no error here
	// Output:
	// POST https://api.digitalocean.com/v2/tags/web/resources true
	// 204
}

// The generated client returns the body as well, which may have fields that the types lack.
func ExampleClient_API() {
	client := exampleClient(fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.ExtraField()}))
	response, err := client.API().ImagesGetWithResponse(context.Background(), "debian-13-x64")
	if err != nil {
		log.Fatal(err)
	}
	var body struct {
		Image struct {
			Undocumented bool `json:"undocumented"`
		} `json:"image"`
	}
	err = json.Unmarshal(response.Body, &body)
	fmt.Println(response.StatusCode(), body.Image.Undocumented, err) // other statuses are no error here
	// Output: 200 true <nil>
}
