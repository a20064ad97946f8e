package fakeapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

func Example() {
	fake := fakeapi.New()
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	if err != nil {
		panic(err)
	}
	image, err := client.GetBySlug(context.Background(), "ubuntu-24-04-x64")
	fmt.Println(image.Distribution, image.Name, err)
	// Output: Ubuntu 24.04 (LTS) x64 <nil>
}

func ExampleWithFaults() {
	fake := fakeapi.New(fakeapi.WithFaults(fakeapi.Fault{
		Operation: "images_get",
		Count:     1,
		Do:        fakeapi.Status(503),
	}))
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	if err != nil {
		panic(err)
	}
	// Without retries, to show the error.
	once := wrapper.ContextWithRetry(context.Background(), wrapper.Retry{Attempts: 1})
	for range 2 {
		_, err := client.Get(once, 6_000_000)
		fmt.Println(err)
	}
	// Output:
	// get image 6000000: 503 service_unavailable: an injected fault (request id 00000000-0000-4000-8000-000000000001)
	// <nil>
}

// A fake can hold the images that a test is about, and an import can end at the nth read, so that nothing waits.
func ExampleNew() {
	fake := fakeapi.New(
		fakeapi.WithImages(gen.Image{ID: 42, Name: "golden"}),
		fakeapi.WithImportPolls(1),
	)
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	create := gen.ImageCreate{Name: "new", URL: "https://example.com/new.img", Region: gen.RegionSlugNyc3}
	if _, err := client.CreateAndWait(ctx, create); err != nil {
		panic(err)
	}
	for image, err := range client.Images(ctx, wrapper.ListParams{}) {
		if err != nil {
			panic(err)
		}
		fmt.Println(image.Name, image.Status, image.Regions)
	}
	// Output:
	// new available [nyc3]
	// golden available []
}

// As a handler the fake serves clients that need an address.
func ExampleAPI_ServeHTTP() {
	server := httptest.NewServer(fakeapi.New())
	defer server.Close()
	req, err := http.NewRequest(http.MethodGet, server.URL+"/v2/images?per_page=2", nil)
	if err != nil {
		panic(err)
	}
	req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
	resp, err := server.Client().Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	var list gen.ImageList
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		panic(err)
	}
	fmt.Println(resp.Status, len(list.Images), "of", list.Meta.Total)
	fmt.Println(resp.Header.Get("ratelimit-remaining"), "requests are left")
	// Output:
	// 200 OK 2 of 60
	// 4999 requests are left
}

// Images shows what requests did, without a further request.
func ExampleAPI_Images() {
	fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 1, Name: "one"}, gen.Image{ID: 2, Name: "two"}))
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	if err != nil {
		panic(err)
	}
	if err := client.Delete(context.Background(), 1); err != nil {
		panic(err)
	}
	for _, image := range fake.Images() {
		fmt.Println(image.ID, image.Name)
	}
	fmt.Println(fake.Done("images_delete"), "delete in", fake.Requests(), "request")
	// Output:
	// 2 two
	// 1 delete in 1 request
}

// A fault can begin in the middle of a test: here the API comes to know a status that the client does not.
func ExampleAPI_Inject() {
	fake := fakeapi.New(fakeapi.WithImages(gen.Image{ID: 42, Name: "golden"}))
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	if err != nil {
		panic(err)
	}
	show := func() {
		image, err := client.Get(context.Background(), 42)
		if err != nil {
			panic(err)
		}
		fmt.Println(image.Name, image.Status)
	}
	show()
	fake.Inject(fakeapi.Fault{Operation: "images_get", Count: 1, Do: fakeapi.UnknownEnum()})
	show()
	show()
	// Output:
	// golden available
	// golden thawing
	// golden available
}

// A snapshot moves from one account to another when the recipient accepts it.
func ExampleWithAccounts() {
	const team = "22222222-2222-4222-8222-222222222222"
	fake := fakeapi.New(
		fakeapi.WithAccounts(
			fakeapi.Account{Token: "alice"},
			fakeapi.Account{Token: "bob", Email: "bob@example.com", UUID: team},
		),
		fakeapi.WithImages(gen.Image{ID: 42, Name: "golden", Type: gen.ImageTypeSnapshot}), // of the first account
	)
	clientOf := func(token string) *wrapper.Client {
		client, err := wrapper.NewClient(token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
		if err != nil {
			panic(err)
		}
		return client
	}
	ctx, alice, bob := context.Background(), clientOf("alice"), clientOf("bob")
	transfer, err := alice.CreateAccountTransfer(ctx, 42, wrapper.Recipient{Email: "bob@example.com"})
	if err != nil {
		panic(err)
	}
	if err := bob.AcceptAccountTransfer(ctx, 42, transfer, team); err != nil {
		panic(err)
	}
	image, err := bob.Get(ctx, 42)
	if err != nil {
		panic(err)
	}
	fmt.Println("bob has", image.Name)
	_, err = alice.Get(ctx, 42)
	fmt.Println("alice:", err)
	// Output:
	// bob has golden
	// alice: get image 42: 404 not_found: The resource you were accessing could not be found. (request id 00000000-0000-4000-8000-000000000004)
}

// Faults come from text where a test is no Go program, such as in the flags of the serve command.
func ExampleParseFault() {
	fault, err := fakeapi.ParseFault("images_list:status=500,page=3,count=1")
	if err != nil {
		panic(err)
	}
	fmt.Println(fault.Operation, fault.Page, fault.Count)
	// Output: images_list 3 1
}

// An import that fails ends as deleted, with a message.
func ExampleFailImport() {
	fake := fakeapi.New(
		fakeapi.WithImportPolls(1),
		fakeapi.WithFaults(fakeapi.Fault{Count: 1, Do: fakeapi.FailImport("The disk has no partition table.")}),
	)
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	if err != nil {
		panic(err)
	}
	create := gen.ImageCreate{Name: "web", URL: "https://example.com/web.img", Region: gen.RegionSlugNyc3}
	for range 2 {
		image, err := client.CreateAndWait(context.Background(), create)
		fmt.Println(image.Status, err)
	}
	// Output:
	// deleted wait for image 6000420: image 6000420 is deleted: The disk has no partition table.
	// available <nil>
}

// A transfer or conversion that fails ends as errored.
func ExampleFailAction() {
	fake := fakeapi.New(
		fakeapi.WithImages(gen.Image{ID: 42, Type: gen.ImageTypeSnapshot, Regions: []gen.RegionSlug{"nyc3"}}),
		fakeapi.WithActionPolls(1),
		fakeapi.WithFaults(fakeapi.Fault{Do: fakeapi.FailAction()}),
	)
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	if err != nil {
		panic(err)
	}
	started, err := client.Transfer(context.Background(), 42, gen.RegionSlugAtl1)
	if err != nil {
		panic(err)
	}
	_, err = client.WaitAction(context.Background(), 42, started.ID)
	fmt.Println(err)
	fmt.Println(fake.Images()[0].Regions)
	// Output:
	// wait for action 2147483649 of image 42: action 2147483649 (transfer) is errored
	// [nyc3]
}

// The image that a create from an unreachable host leaves behind is found in a list, and can be deleted.
func ExampleWithUnreachable() {
	fake := fakeapi.New(
		fakeapi.WithCatalogue(0, 0),
		fakeapi.WithUnreachable("bucket.example.com"),
		fakeapi.WithImportPolls(1),
	)
	body := `{"name":"web","url":"https://bucket.example.com/web.img","region":"nyc3"}`
	req, err := http.NewRequest(http.MethodPost, "https://api.digitalocean.com/v2/images", strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
	resp, err := fake.RoundTrip(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	documents := bufio.NewScanner(resp.Body)
	documents.Scan()
	fmt.Println(resp.Status, documents.Text())
	for _, image := range fake.Images() {
		fmt.Println(image.Name, image.Status)
	}
	// Output:
	// 400 Bad Request {"id":"bad_request","message":"Your source URL is unreachable"}
	// web NEW
}
