// Package wrapper is a client for DigitalOcean's images API, /v2/images. It reads lists to their end, waits for
// imports and actions, repeats requests where that is safe, and turns every failure into a typed error.
//
//	client, err := wrapper.NewClient(os.Getenv("DIGITALOCEAN_TOKEN"))
//	if err != nil {
//		return err
//	}
//	for image, err := range client.Images(ctx, wrapper.ListParams{Private: true}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(image.ID, image.Name)
//	}
//
// It is a thin layer over the generated client in package gen, which [Client.API] returns. Types of the API, such as
// gen.Image, come from there unchanged. Each method names the page of the API reference that describes it; the whole
// is at
// https://docs.digitalocean.com/reference/api/reference/images/.
//
// # Errors
//
// A request that is refused, or whose response is not as documented, fails with an [*Error]. errors.Is reports its
// class, and errors.As finds its details:
//
//	image, err := client.Get(ctx, 42)
//	if errors.Is(err, wrapper.ErrNotFound) {
//		return create(ctx)
//	}
//	var apiError *wrapper.Error
//	if errors.As(err, &apiError) {
//		log.Print(apiError.Operation, apiError.Status, apiError.RequestID)
//	}
//
// Only the API can say that there is no such image. A 404 without the id and the message of an error of the API, such
// as a gateway's page or that of a wrong base URL, is in no class. Its message says so and quotes the page: up to 100
// bytes, without the token. A second delete is [ErrAlreadyDeleted], which also is [ErrNotFound].
//
// The error of [Client.Distribute] joins those of several regions, each a [*RegionError]. Ask each by itself.
//
// The API was seen to refuse an import and to send the new image after the error (nanovms/ops#1166, #1182). Then
// ImageID of the Error is its id, for [Client.Get] and [Client.Delete]. Whether such an image stays is unknown.
//
// A success whose body is truncated, is not JSON, lacks the image or is about another one is [ErrInvalidResponse], and
// never an empty image. So are an action of another image, or of another type than the one that was started, and 101
// Switching Protocols, whose body is not read. Unknown fields and unknown values of enums are not errors. Input that
// cannot be right, such as an id of 0, a transfer without a region or a malformed slug, fails with a plain error, and
// nothing is sent.
//
// To know whether a deadline has passed, ask ctx.Err(). errors.Is(err, context.DeadlineExceeded) is also true if the
// server was silent for too long in the last attempt, and is false if the client gave up before the deadline, because
// the next attempt would have come after it. The text of the error then has "(gave up: …)" in it, also for
// [Retry].MaxElapsed.
//
// What the caller's own code returns, such as the cause of a context or the error of a limiter, is found by errors.Is
// and errors.As. Errors of this package in it are not: an errgroup makes the error of one call the cause of the
// others' context, and the "not found" of one is not that of all. A panic in the caller's code, such as a transport, a
// limiter or a progress function, reaches the goroutine that made the call.
//
// Every error says what was tried, such as "get image 42: 404 not_found: …". No error, log or %v of a value of this
// package has the token in it, even if the server repeats it: a token of eight or more characters is replaced by
// [redacted-1]. Only the HTTPResponse of [Client.API] is net/http's own, with its request.
//
// # Retries
//
// GET, PUT and DELETE are repeated after a connection error, a truncated response, 429, 500, 502, 503, 504, and 520 to
// 530, four times by default. The last are statuses of Cloudflare, which stands in front of the API (Gamocosm#96). A
// POST is repeated only if it cannot have taken effect: when no connection was made, and after 429. So no image is
// created twice. What would fail again is not repeated: an unknown host, an untrusted certificate, a response that is
// too large.
//
// The hooks of net/http/httptrace show whether a connection was made. There was none if a proxy refused, a TLS
// handshake failed or dialling took too long. A transport that calls no hooks, such as a fake, is judged by the types
// of its errors.
//
// An attempt ends when the server has been silent for a minute, and after ten minutes in any case
// ([WithAttemptTimeout]). It counts as a connection error or as a truncated response.
//
// The pause before an attempt is what the API asks for: retry-after or, when the hourly budget is used up, the time
// until ratelimit-reset. Times in them are read against the Date of the response, so that the client's clock may be
// wrong. Otherwise the pause is random, between 0 and 1, 2, 4, … 30 seconds, so that clients that failed together do
// not come back together. If the pause would outlast the context's deadline or [Retry].MaxElapsed, the failure is
// returned at once, and its text says which. The time for which a limiter holds a request back, the adaptive
// one included, is bounded only by the context.
//
// [WithRetry] sets the policy of a client and [ContextWithRetry] that of a call. MayHaveActed of an Error reports
// whether a request that failed may have taken effect.
//
// # Rate limits
//
// The API allows 5,000 requests in any hour and 250 in any minute
// (https://docs.digitalocean.com/reference/api/reference/#rate-limit). A client observes what responses say of the
// budget. Once less than a tenth is left, it spreads its requests over the time until the reset. While the budget is
// used up, requests wait, or fail at once with [ErrRateLimited] if their deadline comes first. [WithoutAdaptiveLimit]
// turns this off. [WithLimiter] adds a limiter of the caller's.
//
// A reset that is not after the Date of its response is ignored. All known exchanges of 2017 to 2020 have such a reset
// (see [RateLimit]). Then the last tenth of the budget is spread at the pace that the hourly limit allows.
//
// # Lists
//
// [Client.Images] and [Client.Actions] range over items, [Client.ImagePages] and [Client.ActionPages] over pages.
// [Collect] makes a slice of a sequence, and [Filter] filters it on the client. [Newest] and [LatestPerDistribution]
// pick the newest images. [Client.GetByName] finds a private image by its name: only public ones have a slug. After the
// first page, 32 are read at a time by default ([WithConcurrency]): 10,000 images take three round trips.
//
// Pages are numbered, according to the API reference. An image that is deleted while a list is read moves the others
// forward, past the place where reading continues. When totals, links, counts or duplicates show that, the list is read
// again, and the images that were missed are yielded then. If it changes every time, it ends with [ErrListChanged]
// ([WithListRereads]). One change cannot be detected: as many images created as deleted between two pages. The shorter
// the loop body, the less likely it is.
//
// What was yielded stays yielded: an image may be deleted, by another process, before the list ends. Read it with
// [Client.Get] before you rely on it, above all before you delete others in its favour.
//
// Only the page number of a next link is used, so a link cannot send the token to another host. A link that repeats or
// skips a page is an error. A page without a total, or of more than 10,000 items, is [ErrInvalidResponse].
//
// Reading a response, of a list or not, takes less than six times as much memory as [WithMaxResponseBytes] allows it
// bytes, or less than 6 MiB if that is more. One whose values would take more is [ErrInvalidResponse].
//
// # Waits
//
// [Client.WaitAvailable], [Client.WaitAction], [Client.CreateAndWait], [Client.WaitAllAvailable] and
// [Client.Distribute] poll at once, and then at growing intervals. The context bounds them: give it a deadline.
//
// The statuses NEW (also seen in lower case: openapi#517), pending, in-progress and any that the contract does not know
// keep a wait going; deleted, retired and errored end it. A rate limit is waited out for as long as the API asks,
// unless the deadline comes first. Other transient failures (5xx, connection, unusable body, a 404 that is not of the
// API) are tolerated; the fifth in a row ends the wait. What ends a wait early is a [*WaitError] that says what was
// last seen.
//
// An unknown id is [ErrNotFound], and ends a wait at once. For what was just created the API was seen to say so for
// some seconds, though not for images (see [WithJustCreated]). So CreateAndWait, WaitAction and Distribute tolerate it
// for a minute, and the other waits do with that option.
//
// # Logs
//
// [WithLogger] logs each attempt and each pause at debug level, and a pause of more than ten seconds at warn level.
// [ContextWithResponse] shows what each response says beside its body, such as the id of the request. An [*Error] is a
// [slog.LogValuer].
//
// # Testing
//
// Package fakeapi in contracttest is a stateful fake of the API in memory. In a testing/synctest bubble, an import of
// half an hour takes no time:
//
//	fake := fakeapi.New()
//	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
//
// For a mock, declare an interface with the methods that your code calls, as the example Mock does. TESTING.md says
// when a mock is enough.
package wrapper
