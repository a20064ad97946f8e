package redislimit_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/wrapper"
	"example.com/doimages/wrapper/redislimit"
)

var _ wrapper.Limiter = (*redislimit.Limiter)(nil)

// The test binary is also the service of which two run.
func TestMain(m *testing.M) {
	if api := os.Getenv("REDISLIMIT_API"); api != "" {
		service(api, os.Getenv("REDISLIMIT_REDIS"))
		return
	}
	os.Exit(m.Run())
}

// service reads images as fast as its limiter allows, until it is killed.
func service(api, redisAddress string) {
	limiter := redislimit.New(redis.NewClient(&redis.Options{Addr: redisAddress}), "digitalocean:team-a")
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithBaseURL(api), wrapper.WithLimiter(limiter),
		wrapper.WithUserAgent("replica-"+os.Getenv("REDISLIMIT_NAME")))
	for err == nil {
		_, err = client.Get(context.Background(), 6_000_000)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// startRedis starts a server on a free port of the loopback interface.
func startRedis(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is missing; make redis installs it")
	}
	directory := t.TempDir()
	for attempt := range 10 {
		// The port of a server that has just been closed, since redis-server cannot choose one.
		probe := httptest.NewServer(nil)
		address := strings.TrimPrefix(probe.URL, "http://")
		probe.Close()
		port := address[strings.LastIndex(address, ":")+1:]
		server := exec.Command(program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", directory)
		out, err := server.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, server.Start())
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(strings.ToLower(lines.Text()), "ready to accept connections") {
				t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
				go func() {
					for lines.Scan() { // otherwise the server would wait for a reader
					}
				}()
				return address
			}
		}
		_ = server.Wait()
		t.Logf("attempt %d: redis-server did not start on port %s", attempt+1, port)
	}
	t.Fatal("redis-server does not start")
	return ""
}

// budgetServer is the fake over http, which keeps when each request was served.
type budgetServer struct {
	*httptest.Server
	mu      sync.Mutex
	at      []time.Time
	by      map[string]int // requests of each replica
	refused int
}

func startAPI(t *testing.T) *budgetServer {
	t.Helper()
	fake := fakeapi.New()
	s := &budgetServer{by: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		fake.ServeHTTP(recorded, r)
		s.mu.Lock()
		s.at = append(s.at, time.Now())
		s.by[strings.Fields(r.UserAgent())[0]]++
		if recorded.Code == http.StatusTooManyRequests {
			s.refused++
		}
		s.mu.Unlock()
		for name, values := range recorded.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(recorded.Body.Bytes())
	}))
	t.Cleanup(s.Close)
	return s
}

// isUsedUp reports whether a minute had all the requests that the limiter allows, and both replicas took part. Then
// the run may end: a slow machine takes longer for that, and the test need not.
func (s *budgetServer) isUsedUp() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most() > 200 && s.by["replica-a"] > 20 && s.by["replica-b"] > 20
}

// most returns the most requests in any minute so far.
func (s *budgetServer) most() (most int) {
	for from, to := 0, 0; to < len(s.at); to++ {
		for s.at[to].Sub(s.at[from]) >= time.Minute {
			from++
		}
		most = max(most, to-from+1)
	}
	return most
}

// Two processes send requests with one token as fast as they can. Together they never send more than 250 in a minute.
func TestTwoProcessesShareABudget(t *testing.T) {
	const shortest, longest = 75 * time.Second, 5 * time.Minute
	redisAddress, server := startRedis(t), startAPI(t)
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	var running sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		replica := exec.CommandContext(ctx, os.Args[0])
		replica.Env = append(os.Environ(),
			"REDISLIMIT_API="+server.URL, "REDISLIMIT_REDIS="+redisAddress, "REDISLIMIT_NAME="+name)
		replica.Stderr = os.Stderr
		require.NoError(t, replica.Start())
		running.Go(func() {
			_ = replica.Wait()
			assert.Error(t, ctx.Err(), "replica %s gave up", name)
		})
	}
	for start := time.Now(); ctx.Err() == nil && (time.Since(start) < shortest || !server.isUsedUp()); {
		time.Sleep(time.Second)
	}
	cancel()
	running.Wait()

	server.mu.Lock()
	defer server.mu.Unlock()
	t.Logf("%d requests, at most %d in any minute, by replica %v, %d refused",
		len(server.at), server.most(), server.by, server.refused)
	assert.LessOrEqual(t, server.most(), 250)
	assert.Greater(t, server.most(), 200, "the budget is used")
	assert.Zero(t, server.refused)
	assert.Greater(t, server.by["replica-a"], 20)
	assert.Greater(t, server.by["replica-b"], 20)
}

func TestDeadlinesAndALostRedis(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: startRedis(t)})
	limiter := redislimit.New(client, "digitalocean:team-b")
	// 40 requests use up the burst. Then the next has to wait 300 ms. A slow machine needs a few more of them, since the
	// budget grows again meanwhile.
	var err error
	for start := time.Now(); time.Since(start) < time.Minute && !isBeforeItsTurn(err); {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		err = limiter.Wait(ctx)
		cancel()
	}
	require.True(t, isBeforeItsTurn(err), err)
	require.NoError(t, client.Close())
	assert.ErrorContains(t, limiter.Wait(t.Context()), "redis: ")
}

// isBeforeItsTurn reports whether a limiter failed because the deadline precedes the turn.
func isBeforeItsTurn(err error) bool {
	return err != nil && strings.Contains(err.Error(), "after the deadline")
}
