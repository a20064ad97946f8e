package wrapper_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
	"example.com/doimages/openapi"
	"example.com/doimages/wrapper"
)

// The fault matrix: every operation under every fault. What is expected is in testdata/faults.txt, which make faults
// prints as it came out.
//
// A cell says what a call came to (the right result, which each operation checks, or an error) and how many requests
// it sent. For a write it also says how often it took effect: a POST never more than once.

// once and always are faults of the operation that is tried.
func once(do fakeapi.Effect) fakeapi.Fault   { return fakeapi.Fault{Do: do, Count: 1} }
func always(do fakeapi.Effect) fakeapi.Fault { return fakeapi.Fault{Do: do} }
func atPage(page int, do fakeapi.Effect) fakeapi.Fault {
	return fakeapi.Fault{Do: do, Count: 1, Page: page}
}

// none is a fault that strikes nothing: no list has so many pages.
var none = fakeapi.Fault{Page: 99, Do: fakeapi.Reset()}

// faults are the rows that need no network.
var faults = []struct {
	name  string
	fault fakeapi.Fault
}{
	{name: "none", fault: none},
	{name: "reset before headers, once", fault: once(fakeapi.Reset())},
	{name: "reset before headers", fault: always(fakeapi.Reset())},
	{name: "response lost, once", fault: once(fakeapi.LoseAnswer())},
	{name: "response lost", fault: always(fakeapi.LoseAnswer())},
	{name: "reset after headers, once", fault: once(fakeapi.ResetAfterHeaders())},
	{name: "reset after headers", fault: always(fakeapi.ResetAfterHeaders())},
	{name: "truncated, once", fault: once(fakeapi.Truncate())},
	{name: "truncated", fault: always(fakeapi.Truncate())},
	{name: "late by 30 s", fault: always(fakeapi.Delay(30 * time.Second))},
	{name: "slow, 1 s a part", fault: always(fakeapi.Slow(time.Second))},
	{name: "slow, 30 s a part", fault: always(fakeapi.Slow(30 * time.Second))},
	{name: "stalled, once", fault: once(fakeapi.Stall())},
	{name: "stalled", fault: always(fakeapi.Stall())},
	{name: "another content type", fault: always(fakeapi.ContentType("text/html"))},
	{name: "malformed JSON, once", fault: once(fakeapi.Malformed())},
	{name: "malformed JSON", fault: always(fakeapi.Malformed())},
	{name: "oversized", fault: always(fakeapi.Oversize(1 << 17))},
	{name: "gzip, not asked for", fault: always(fakeapi.Gzip())},
	{name: "unknown status", fault: always(fakeapi.UnknownEnum())},
	{name: "unknown field", fault: always(fakeapi.ExtraField())},
	{name: "HTML 502, once", fault: once(fakeapi.GatewayPage())},
	{name: "HTML 502", fault: always(fakeapi.GatewayPage())},
	{name: "500, once", fault: once(fakeapi.Status(500))},
	{name: "500", fault: always(fakeapi.Status(500))},
	{name: "502, once", fault: once(fakeapi.Status(502))},
	{name: "502", fault: always(fakeapi.Status(502))},
	{name: "503, once", fault: once(fakeapi.Status(503))},
	{name: "503", fault: always(fakeapi.Status(503))},
	{name: "504, once", fault: once(fakeapi.Status(504))},
	{name: "504", fault: always(fakeapi.Status(504))},
	{name: "520 of Cloudflare, once", fault: once(fakeapi.Status(520))},
	{name: "520 of Cloudflare", fault: always(fakeapi.Status(520))},
	{name: "530 of Cloudflare", fault: always(fakeapi.Status(530))},
	{name: "501", fault: always(fakeapi.Status(501))},
	{name: "401", fault: always(fakeapi.Status(401))},
	{name: "429 with retry-after, once", fault: once(fakeapi.BurstLimit(26 * time.Second))},
	{name: "429 with retry-after", fault: always(fakeapi.BurstLimit(26 * time.Second))},
	{name: "429 with a reset ahead, once", fault: once(fakeapi.HourlyLimit(20 * time.Minute))},
	{name: "429 with a reset ahead", fault: always(fakeapi.HourlyLimit(20 * time.Minute))},
	{name: "429 with a reset in the past, once", fault: once(fakeapi.HourlyLimit(-20 * time.Minute))},
	{name: "429 with neither, once", fault: once(fakeapi.Status(429))},
	{name: "429 with neither", fault: always(fakeapi.Status(429))},
	{name: "redirect to the same host", fault: always(fakeapi.Redirect("/v2/elsewhere"))},
	{name: "redirect to another host", fault: always(fakeapi.Redirect("https://elsewhere.invalid/"))},
	{name: "next link to another host", fault: atPage(1, fakeapi.NextLink("https://elsewhere.invalid/v2/images?page=2"))},
	{name: "next link that repeats", fault: always(fakeapi.NextLink("https://api.digitalocean.com/v2/images?page=1"))},
	{name: "total too large, once", fault: once(fakeapi.Total(5))},
	{name: "total too large", fault: always(fakeapi.Total(5))},
	{name: "total too small, once", fault: once(fakeapi.Total(-1))},
	{name: "total too small", fault: always(fakeapi.Total(-1))},
	{name: "images added before page 2", fault: atPage(2, fakeapi.AddImages(3))},
	{name: "images removed before page 2", fault: atPage(2, fakeapi.RemoveImages(3))},
	{name: "images added before each page", fault: always(fakeapi.AddImages(3))},
}

func TestFaultMatrixHasEveryOperation(t *testing.T) {
	documented := regexp.MustCompile(`(?m)^ +operationId: (\S+)$`).FindAllStringSubmatch(string(openapi.Document()), -1)
	require.NotEmpty(t, documented)
	for _, match := range documented {
		assert.True(t, slices.ContainsFunc(operations, func(op operation) bool { return op.id == match[1] }), match[1])
	}
}

func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	got := matrix{cells: map[string]map[string]string{}}
	for i, row := range faults {
		got.rows = append(got.rows, row.name)
		for _, op := range operationsFor(i) {
			synctest.Test(t, func(t *testing.T) {
				fake := newFake()
				client := &http.Client{Transport: fake, Timeout: time.Minute} // as that of the default client
				fault := row.fault
				fault.Operation = op.id
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
				defer cancel()
				got.set(t, row.name, op.kind, try(t, ctx, op, fake, fault, "", client))
			})
		}
	}
	got.compare(t, "testdata/faults.txt")
}

// The rest of the matrix, for which there must be a network. Requests are sent at most twice, so that the test is
// short.
func TestNetworkFaultMatrix(t *testing.T) {
	t.Parallel()
	got := matrix{cells: map[string]map[string]string{}}
	var mu sync.Mutex
	var running sync.WaitGroup
	for i, row := range networkFaults {
		got.rows = append(got.rows, row.name)
		for _, op := range operationsFor(i) {
			running.Go(func() {
				fake := newFake()
				base, client := row.serve(t, fake)
				ctx := wrapper.ContextWithRetry(t.Context(), wrapper.Retry{Attempts: 2})
				cell := try(t, ctx, op, fake, none, base, client)
				mu.Lock()
				defer mu.Unlock()
				got.set(t, row.name, op.kind, cell)
			})
		}
	}
	running.Wait()
	got.compare(t, "testdata/network_faults.txt")
}

// operationsFor returns the operations to try under the fault of a row: one of each kind, in turn from row to row.
// With LONG=1 or FAULTS=1 it returns all.
func operationsFor(row int) []operation {
	if size(0, 1) == 1 || os.Getenv("FAULTS") != "" {
		return operations
	}
	var chosen []operation
	for _, kind := range kinds {
		var ofKind []operation
		for _, op := range operations {
			if op.kind == kind {
				ofKind = append(ofKind, op)
			}
		}
		chosen = append(chosen, ofKind[row%len(ofKind)])
	}
	return chosen
}

func newFake() *fakeapi.API {
	return fakeapi.New(fakeapi.WithActionTime(0), fakeapi.WithAccounts(
		fakeapi.Account{Token: canary, Email: "alice@example.org", UUID: "11111111-1111-4111-8111-111111111111"},
		fakeapi.Account{Token: recipient, Email: "bob@example.org", UUID: "22222222-2222-4222-8222-222222222222"},
	))
}

// try calls an operation once under a fault, and returns its cell.
func try(t *testing.T, ctx context.Context, op operation, fake *fakeapi.API, fault fakeapi.Fault, base string, client *http.Client) string {
	t.Helper()
	s := &stage{fake: fake, region: gen.RegionSlugSyd1, team: "22222222-2222-4222-8222-222222222222"}
	prepare, err := wrapper.NewClient(canary, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	require.NoError(t, err)
	for _, image := range fake.Images() {
		if !image.Public && image.Type == gen.ImageTypeSnapshot && !slices.Contains(image.Regions, s.region) {
			s.image = image
		}
	}
	action, err := prepare.Transfer(t.Context(), s.image.ID, gen.RegionSlugLon1)
	require.NoError(t, err)
	s.action = action.ID
	s.transfer, err = prepare.CreateAccountTransfer(t.Context(), s.image.ID, wrapper.Recipient{Email: "bob@example.org"})
	require.NoError(t, err)

	token := canary
	if op.recipient {
		token = recipient
	}
	sent := &atomic.Int64{}
	transport := client.Transport
	client.Transport = roundTrip(func(req *http.Request) (*http.Response, error) {
		sent.Add(1)
		return transport.RoundTrip(req)
	})
	s.client, err = wrapper.NewClient(token, wrapper.WithHTTPClient(client), wrapper.WithMaxResponseBytes(1<<16), wrapper.WithConcurrency(1),
		wrapper.WithBaseURL(cmp.Or(base, "https://api.digitalocean.com")))
	require.NoError(t, err)
	before := fake.Done(op.id)
	if fault.Page == 0 || op.kind == imageList || op.kind == actionList { // others have no pages
		fake.Inject(fault)
	}
	err = op.call(ctx, s)

	effects := fake.Done(op.id) - before
	var apiError *wrapper.Error
	if err != nil {
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), token)
		if errors.As(err, &apiError) && !strings.HasSuffix(op.kind, "s") {
			assert.Equal(t, int(sent.Load()), apiError.Attempts, "%s: %v", op.id, err)
			assert.Equal(t, op.id, apiError.Operation)
			if errors.Is(err, wrapper.ErrNoResponse) && effects > 0 {
				assert.True(t, apiError.MayHaveActed)
			}
		}
	}
	cell := fmt.Sprintf("%s %d", outcome(err), sent.Load())
	if !strings.Contains(imageList+actionList+read, op.kind) {
		cell += fmt.Sprintf(" ×%d", effects)
	}
	return cell
}

func outcome(err error) string {
	for name, sentinel := range map[string]error{
		"NoResponse": wrapper.ErrNoResponse, "Unprocessable": wrapper.ErrUnprocessable, "RateLimited": wrapper.ErrRateLimited, "Server": wrapper.ErrServer, "Unauthorized": wrapper.ErrUnauthorized,
		"InvalidResponse": wrapper.ErrInvalidResponse, "ListChanged": wrapper.ErrListChanged,
	} {
		if errors.Is(err, sentinel) {
			return name
		}
	}
	var apiError *wrapper.Error
	if errors.As(err, &apiError) {
		return fmt.Sprint(apiError.Status)
	}
	if err != nil {
		return err.Error()
	}
	return "ok"
}

// matrix has a cell for each kind of operation under each fault.
type matrix struct {
	rows  []string
	cells map[string]map[string]string
}

func (m *matrix) set(t *testing.T, row, kind, cell string) {
	if m.cells[row] == nil {
		m.cells[row] = map[string]string{}
	}
	if old := m.cells[row][kind]; old != "" && old != cell {
		assert.Equal(t, old, cell, "operations of the kind %s under the fault %s", kind, row)
	}
	m.cells[row][kind] = cell
}

func (m *matrix) String() string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "fault\t"+strings.Join(kinds, "\t"))
	for _, row := range m.rows {
		line := row
		for _, kind := range kinds {
			line += "\t" + m.cells[row][kind]
		}
		fmt.Fprintln(table, line)
	}
	_ = table.Flush()
	return text.String()
}

// compare demands that the matrix be the one in a file, and prints it if it is asked to.
func (m *matrix) compare(t *testing.T, file string) {
	t.Helper()
	if os.Getenv("FAULTS") != "" {
		fmt.Println(m)
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	want, got := strings.Split(string(text), "\n"), strings.Split(m.String(), "\n")
	require.Len(t, got, len(want), file)
	for i := range want {
		assert.Equal(t, strings.Fields(want[i]), strings.Fields(got[i]), "%s:%d", file, i+1)
	}
}
