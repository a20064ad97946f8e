package check_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// What several clients do with the fake at the same time, in any order, and with failures of the kinds that the contract
// has, is never a finding.
func FuzzSession(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		session := record(t, seed)
		for i, exchange := range judged(t, session) {
			assert.Empty(t, exchange.unexplained(session), "seed %d, exchange %d", seed, i)
		}
	})
}

// One exchange of such a session that is broken is found, wherever it is in the session and whatever surrounds it.
func FuzzBrokenSession(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		session := record(t, seed)
		rng := rand.New(rand.NewPCG(seed, 100))
		at := rng.IntN(len(session))
		broken := slices.DeleteFunc(mutants(t, session[at]), func(m mutant) bool { return !m.breaks })
		one := broken[rng.IntN(len(broken))]
		session[at] = one.exchange
		findings := judged(t, session)[at].findings
		assert.True(t, slices.ContainsFunc(findings, one.isFoundBy), "seed %d: %s of %s %s in %s: %v",
			seed, one.operator, one.in, one.pointer, one.exchange.Source, findings)
	})
}

// judgedExchange is an exchange of a session with its findings, those beside earlier ones included.
type judgedExchange struct {
	traffic.Exchange
	findings []check.Finding
}

// unexplained returns the findings that nothing explains. Two documents in one response are a known fault, which the
// baseline has. A list that a write changed while a page of it was read is one of which the session cannot know: it is
// told of the write afterwards.
func (e judgedExchange) unexplained(session []traffic.Exchange) []check.Finding {
	ofLists := []string{"sequence-total", "sequence-twice", "sequence-lost"}
	hasWriteDuring := slices.ContainsFunc(session, func(other traffic.Exchange) bool {
		return other.Method != http.MethodGet && other.Began.After(e.Began) && other.Began.Before(e.Ended)
	})
	return slices.DeleteFunc(e.findings, func(f check.Finding) bool {
		return f.Severity == check.Accepted || hasWriteDuring && slices.Contains(ofLists, f.Check)
	})
}

// judged checks a session.
func judged(t *testing.T, exchanges []traffic.Exchange) []judgedExchange {
	t.Helper()
	baseline, err := check.LoadBaseline(openapi.Baseline())
	require.NoError(t, err)
	session := check.NewSession()
	all := make([]judgedExchange, len(exchanges))
	for i, exchange := range exchanges {
		result := testkit.Contract(t).Examine(exchange)
		findings := append(result.Findings, session.Check(result)...)
		baseline.Accept(findings, "")
		all[i] = judgedExchange{Exchange: exchange, findings: findings}
	}
	return all
}

// record returns what a few clients of two accounts and the fake said to each other, in the order in which the requests
// were sent, as in an archive. A seed always gives the same programs; how they interleave may differ.
func record(t *testing.T, seed uint64) (exchanges []traffic.Exchange) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(seed, 0))
		sender := fakeapi.Account{Token: "token-of-the-sender", Email: "a@example.com", UUID: newUUID(1)}
		recipient := fakeapi.Account{Token: "token-of-the-recipient", Email: "b@example.com", UUID: newUUID(2)}
		fake := fakeapi.New(
			fakeapi.WithAccounts(sender, recipient),
			fakeapi.WithCatalogue(rng.IntN(60), seed),
			fakeapi.WithRateLimit(5000, 100),
			fakeapi.WithFaults(randomFaults(rng, seed)...),
		)
		w := &wire{fake: fake}
		var clients sync.WaitGroup
		for n, account := range []fakeapi.Account{sender, sender, recipient} {
			clients.Go(func() {
				c := &randomClient{t: t, wire: w, token: account.Token, rng: rand.New(rand.NewPCG(seed, uint64(n+1)))}
				for range 12 {
					c.step()
				}
			})
		}
		clients.Wait()
		exchanges = w.exchanges
	})
	slices.SortStableFunc(exchanges, func(a, b traffic.Exchange) int { return a.Began.Compare(b.Began) })
	return exchanges
}

func newUUID(n int) string { return fmt.Sprintf("%08d-0000-4000-8000-000000000000", n) }

// randomFaults returns failures that the contract has.
func randomFaults(rng *rand.Rand, seed uint64) (faults []fakeapi.Fault) {
	for _, effect := range []fakeapi.Effect{
		fakeapi.Status(http.StatusInternalServerError),
		fakeapi.Status(http.StatusServiceUnavailable),
		fakeapi.BurstLimit(time.Minute),
		fakeapi.HourlyLimit(time.Minute),
		fakeapi.Delay(3 * time.Second),
		fakeapi.FailAction(),
	} {
		if rng.IntN(3) == 0 {
			faults = append(faults, fakeapi.Fault{Do: effect, Probability: 0.1, Seed: seed})
		}
	}
	return faults
}

// wire is a network that takes its time, and keeps what goes over it.
type wire struct {
	fake *fakeapi.API

	mu        sync.Mutex
	exchanges []traffic.Exchange
	offers    []offer
}

// offer is an image that was offered to another account.
type offer struct {
	image string // its path
	id    int
}

func (w *wire) addOffer(o offer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.offers = append(w.offers, o)
}

func (w *wire) allOffers() []offer {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.offers)
}

// send sends a request, and returns the exchange, or false where the connection broke.
func (w *wire) send(t *testing.T, rng *rand.Rand, req *http.Request) (traffic.Exchange, bool) {
	t.Helper()
	under := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		time.Sleep(time.Duration(rng.IntN(200)) * time.Millisecond)
		resp, err := w.fake.RoundTrip(req)
		time.Sleep(time.Duration(rng.IntN(200)) * time.Millisecond)
		return resp, err
	})
	resp, exchange, err := traffic.RoundTrip(under, req)
	if err != nil {
		return exchange, false
	}
	require.NoError(t, resp.Body.Close())
	w.mu.Lock()
	defer w.mu.Unlock()
	exchange.Source = fmt.Sprintf("session#%d", len(w.exchanges))
	w.exchanges = append(w.exchanges, exchange)
	return exchange, true
}

// randomClient does one thing after the other, each at random.
type randomClient struct {
	t     *testing.T
	wire  *wire
	token string
	rng   *rand.Rand

	images  []string // the ids that it knows
	actions []string // the paths of actions that it started
}

// step does one thing.
func (c *randomClient) step() {
	time.Sleep(time.Duration(c.rng.IntN(3000)) * time.Millisecond)
	image := "/v2/images/" + c.one(c.images, "1")
	switch c.rng.IntN(13) {
	case 0, 1:
		c.list()
	case 2:
		c.send("GET", image, "")
	case 3:
		c.send("GET", "/v2/images/"+c.one([]string{"ubuntu-24-04-x64", "no-such-slug", "0", "9999999"}, ""), "")
	case 4, 5:
		c.create()
	case 6:
		c.update(image)
	case 7, 8:
		c.act(image)
	case 9:
		c.send("GET", c.one(c.actions, image+"/actions/1"), "")
		c.send("GET", image+"/actions?per_page=2", "")
	case 10:
		c.offer(image)
	case 11:
		c.endOffer()
	case 12:
		c.send("DELETE", image, "")
		c.send("GET", image, "")
	}
}

// one returns one of several texts, or another one if there are none.
func (c *randomClient) one(of []string, otherwise string) string {
	if len(of) == 0 {
		return otherwise
	}
	return of[c.rng.IntN(len(of))]
}

// list reads a list page by page, by the links.
func (c *randomClient) list() {
	filter := c.one([]string{"", "private=true", "type=distribution", "type=application", "tag_name=a"}, "")
	next := fmt.Sprintf("/v2/images?per_page=%d&%s", 1+c.rng.IntN(30), filter)
	for range 10 {
		exchange, ok := c.send("GET", strings.TrimSuffix(next, "&"), "")
		if !ok || exchange.Status != http.StatusOK {
			return
		}
		var page struct {
			Images []struct{ ID int }
			Links  struct{ Pages struct{ Next string } }
		}
		decode(c.t, exchange.Body, &page)
		for _, image := range page.Images {
			c.images = append(c.images, strconv.Itoa(image.ID))
		}
		link, err := url.Parse(page.Links.Pages.Next)
		require.NoError(c.t, err)
		if link.Path == "" {
			return
		}
		next = link.RequestURI()
	}
}

// create imports an image.
func (c *randomClient) create() {
	body := c.one([]string{
		`{"name":"a","url":"https://example.com/a.img","region":"nyc3"}`,
		`{"name":"b","url":"https://example.com/b.vhdx","region":"sfo3","description":"","tags":["a","B"]}`,
		`{"name":"c","url":"https://example.com/c.qcow2","region":"ams3","distribution":"Ubuntu","description":"of c"}`,
		`{"name":"d","url":"https://source.invalid/d.img","region":"nyc3"}`,
	}, "")
	exchange, ok := c.send("POST", "/v2/images", body)
	if !ok || exchange.Status != http.StatusAccepted {
		return
	}
	var created struct{ Image struct{ ID int } }
	decode(c.t, exchange.Body, &created)
	c.images = append(c.images, strconv.Itoa(created.Image.ID))
}

// update changes an image.
func (c *randomClient) update(image string) {
	c.send("PUT", image, c.one([]string{
		`{"name":"new name"}`, `{"description":""}`, `{"description":"new","distribution":"Debian"}`, `{}`,
	}, ""))
}

// act starts an action on an image.
func (c *randomClient) act(image string) {
	body := c.one([]string{`{"type":"convert"}`, `{"type":"transfer","region":"fra1"}`, `{"type":"transfer","region":"sgp1"}`}, "")
	exchange, ok := c.send("POST", image+"/actions", body)
	if !ok || exchange.Status != http.StatusCreated {
		return
	}
	var started struct{ Action struct{ ID int } }
	decode(c.t, exchange.Body, &started)
	c.actions = append(c.actions, fmt.Sprintf("%s/actions/%d", image, started.Action.ID))
}

// offer offers an image to the other account.
func (c *randomClient) offer(image string) {
	exchange, ok := c.send("POST", image+"/account_transfer", `{"recipient_email":"b@example.com"}`)
	if !ok || exchange.Status != http.StatusCreated {
		return
	}
	var offered struct {
		ID int `json:"transfer_id"`
	}
	decode(c.t, exchange.Body, &offered)
	c.wire.addOffer(offer{image: image, id: offered.ID})
}

// endOffer accepts, cancels or declines an offer, whoever made it.
func (c *randomClient) endOffer() {
	offers := c.wire.allOffers()
	if len(offers) == 0 {
		return
	}
	one := offers[c.rng.IntN(len(offers))]
	reference := fmt.Sprintf(`{"transfer_id":%d}`, one.id)
	switch c.rng.IntN(3) {
	case 0:
		c.send("POST", one.image+"/account_transfer/cancel", reference)
	case 1:
		c.send("POST", one.image+"/account_transfer/decline", reference)
	case 2:
		accept := fmt.Sprintf(`{"transfer_id":%d,"recipient_uuid":%q}`, one.id, newUUID(2))
		c.send("POST", one.image+"/account_transfer/accept", accept)
	}
}

// send sends a request with the client's token.
func (c *randomClient) send(method, path, body string) (traffic.Exchange, bool) {
	req, err := http.NewRequestWithContext(c.t.Context(), method, "https://api.digitalocean.com"+path, strings.NewReader(body))
	require.NoError(c.t, err)
	req.Header.Set("Authorization", "Bearer "+c.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.wire.send(c.t, c.rng, req)
}

func decode(t *testing.T, body []byte, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(body, into), "%.200q", body)
}
