package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/gen"
)

func TestServe(t *testing.T) {
	t.Parallel()
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		s := startProcess(t, "serve", "--token", canary, "--images", "7", "--fault", "images_get:status=503,count=1")
		require.Regexp(t, `^http://127\.0\.0\.1:\d+$`, s.url)
		for path, want := range map[string]string{
			"/":                     "It is no evidence of how the API behaves",
			"/openapi.yaml":         "openapi: 3.0.3",
			"/v2/images?per_page=1": `"total":7`,
		} {
			status, body := s.get(t, path, canary)
			assert.Equal(t, 200, status, path)
			assert.Contains(t, body, want)
		}
		status, _ := s.get(t, "/v2/images", "")
		assert.Equal(t, 401, status)
		status, _ = s.get(t, "/v2/images/6000000", canary)
		assert.Equal(t, 503, status)
		status, _ = s.get(t, "/v2/images/6000000", canary)
		assert.Equal(t, 200, status)

		assert.Equal(t, 0, s.stopBy(signal), "a clean stop")
		assert.Contains(t, s.log.String(), "method=GET path=/v2/images/6000000 status=503")
		assert.NotContains(t, s.log.String(), canary)
	}
}

// Where the fake listens on every address, it prints one at which it can be reached, and warns.
func TestServeEverywhere(t *testing.T) {
	t.Parallel()
	for addr, warns := range map[string]bool{":0": true, "0.0.0.0:0": true, "[::]:0": true, "localhost:0": false} {
		s := start(t, "serve", "--token", canary, "--addr", addr)
		assert.Regexp(t, `^http://127\.0\.0\.1:\d+$`, s.url, addr)
		status, _ := s.get(t, "/v2/images", canary)
		assert.Equal(t, 200, status, addr)
		s.stop()
		assert.Equal(t, warns, strings.Contains(s.log.String(), "warning: the fake listens on "), addr)
	}
}

// What is logged of a request has no token in it, wherever one was put by mistake.
func TestServeLogsNoToken(t *testing.T) {
	t.Parallel()
	const unlike = "another-kind-of-token" // which only the request can tell
	for _, own := range []string{canary, "short"} {
		s := start(t, "serve", "--token", own)
		for _, path := range []string{
			"/v2/images/" + own,
			"/v2/" + own + "/images",
			"/v2/images?page=" + own,
			"/v2/images?token=" + own,
			"/v2/images?" + canary + "=1",
			"/v2/images/" + strings.ToUpper(own),
			"/v2/images/%64op_v1_canary0123456789",
			"/v2/images?tag_name=dop_v1_another&page=2",
		} {
			s.get(t, path, own)
		}
		s.get(t, "/v2/images/"+unlike, unlike)
		req, err := http.NewRequestWithContext(t.Context(), canary, s.url+"/v2/images", nil)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		s.stop()
		log := strings.ToLower(s.log.String())
		assert.Equal(t, 10, strings.Count(log, "msg=request"))
		for _, secret := range []string{own, canary, "dop_v1_another", unlike} {
			assert.NotContains(t, log, secret)
		}
		assert.Contains(t, log, `path="/v2/images?page=2&tag_name=[redacted-`)
	}
}

// The log has the status that a client gets, be it only implied, and 0 where it gets none.
// The values of a new parameter would be taken for secrets.
func TestServeLogsTheQueryOfAList(t *testing.T) {
	t.Parallel()
	s := start(t, "serve")
	for field := range reflect.TypeFor[gen.ImagesListParams]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("form"), ",")
		s.get(t, "/v2/images?"+name+"=1", canary)
		assert.Contains(t, s.log.String(), "/v2/images?"+name+"=1", "loggedParameters")
	}
	s.stop()
}

func TestServeLogsTheStatus(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"nothing written": {
			handler: func(http.ResponseWriter, *http.Request) {},
			want:    "status=200",
		},
		"only a body": {
			handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) },
			want:    "status=200",
		},
		"hints first": {
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(http.StatusNotFound)
			},
			want: "status=404",
		},
		"a body and then a panic": {
			handler: func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte("{"))
				panic(http.ErrAbortHandler)
			},
			want: "status=200",
		},
		"a panic": {
			handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			want:    "status=0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log buffer
			handler := withLog(test.handler, canary, slog.New(slog.NewTextHandler(&log, nil)))
			func() {
				defer func() { _ = recover() }()
				handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v2/images", nil))
			}()
			assert.Contains(t, log.String(), test.want+" ")
		})
	}
}

// The help says what each effect does.
func TestServeHelpExplainsEffects(t *testing.T) {
	t.Parallel()
	_, out := execute(t, nil, "serve", "--help")
	assert.Regexp(t, `(?m)^  total=N +adds N to the total of a list$`, out)
	assert.Regexp(t, `(?m)^  reset +\S+ \S+`, out)
	assert.Regexp(t, `(?m)^  unknown-enum +\S+ \S+`, out)
}

func TestServeRejects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, want string }{
		{"--addr nowhere:port", "nowhere:port"},
		{"--token=", "--token: it cannot be empty"},
		{"--images=-1", "--images -1: it is not from 0 to 10000000"},
		{"--images=10000001", "--images 10000001: it is not from 0 to 10000000"},
		{"--base-url proxy.example", "--base-url proxy.example: it is not an absolute URL"},
		{"--examples --control", "--examples: it takes neither --control nor --fault"},
		{"--examples --fault images_get:html", "--examples: it takes neither --control nor --fault"},
		{"--import-time=-1s", "--import-time -1s: it cannot be negative"},
		{"--action-time=-1s", "--action-time -1s: it cannot be negative"},
		{"--fault images_get:html,page=2", "images_get has no pages"},
		{"--import-time=soon", "--import-time soon: it is not a time such as 30s or 2h"},
		{"--fault images_list", "it is written operation:effect"},
		{"--fault images_steal:status=500", `there is no operation "images_steal"`},
		{"--fault images_list:status=200", "not from 300 to 599"},
		{"--fault images_list:page=1", "it has no effect"},
		{"--fault images_list:reset,truncate", "it has two effects"},
		{"--fault images_list:explode", "neither an effect nor a choice"},
	} {
		exit, out := execute(t, nil, append([]string{"serve"}, strings.Fields(test.args)...)...)
		assert.Equal(t, 2, exit, test.args)
		assert.Contains(t, out, test.want)
	}
}
