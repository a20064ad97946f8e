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
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithBaseURL(api), wrapper.WithLimiter(limiter), wrapper.WithUserAgent("replica-"+os.Getenv("REDISLIMIT_NAME")))
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

// Two processes send requests with one token as fast as they can. Together they never send more than 250 in a minute.
func TestTwoProcessesShareABudget(t *testing.T) {
	const minute, run = time.Minute, 75 * time.Second
	redisAddress := startRedis(t)
	fake := fakeapi.New()
	var mu sync.Mutex
	var at []time.Time
	by, refused := map[string]int{}, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		fake.ServeHTTP(recorded, r)
		mu.Lock()
		at = append(at, time.Now())
		by[strings.Fields(r.UserAgent())[0]]++
		if recorded.Code == http.StatusTooManyRequests {
			refused++
		}
		mu.Unlock()
		for name, values := range recorded.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(recorded.Body.Bytes())
	}))
	t.Cleanup(server.Close)

	ctx, cancel := context.WithTimeout(t.Context(), run)
	defer cancel()
	var running sync.WaitGroup
	for _, name := range []string{"a", "b"} {
		replica := exec.CommandContext(ctx, os.Args[0])
		replica.Env = append(os.Environ(), "REDISLIMIT_API="+server.URL, "REDISLIMIT_REDIS="+redisAddress, "REDISLIMIT_NAME="+name)
		replica.Stderr = os.Stderr
		require.NoError(t, replica.Start())
		running.Go(func() { _ = replica.Wait() })
	}
	running.Wait()
	require.ErrorIs(t, ctx.Err(), context.DeadlineExceeded, "a replica gave up")

	mu.Lock()
	defer mu.Unlock()
	most := 0
	for from, to := 0, 0; to < len(at); to++ {
		for at[to].Sub(at[from]) >= minute {
			from++
		}
		most = max(most, to-from+1)
	}
	t.Logf("%d requests in %s, at most %d in any minute, by replica %v, %d refused", len(at), run, most, by, refused)
	assert.LessOrEqual(t, most, 250)
	assert.Greater(t, most, 200, "the budget is used")
	assert.Zero(t, refused)
	assert.Greater(t, by["replica-a"], 20)
	assert.Greater(t, by["replica-b"], 20)
}

func TestDeadlinesAndALostRedis(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: startRedis(t)})
	limiter := redislimit.New(client, "digitalocean:team-b")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var err error
	for range 41 {
		if err = limiter.Wait(ctx); err != nil {
			break
		}
	}
	require.ErrorContains(t, err, "after the deadline")
	require.NoError(t, client.Close())
	assert.ErrorContains(t, limiter.Wait(t.Context()), "redis: ")
}
