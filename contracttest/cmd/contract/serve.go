package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/openapi"
)

func serveCommand() *cobra.Command {
	var (
		addr       string
		token      string
		images     int
		seed       uint64
		importTime time.Duration
		actionTime time.Duration
		noLimit    bool
		faults     []string
	)
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the fake API, for clients in any language",
		Long: `Serves the fake images API until it is interrupted, and logs each request without its token. It prints its address
first. The fake keeps everything in memory and is no evidence of how the API behaves.

A fault is written operation:effect,choice… (* is every operation), such as images_list:status=500,page=3,count=1 or
*:delay=2s,probability=0.1.

Effects: ` + fakeapi.Effects() + `.

Choices: page=N, after=N, count=N, probability=P, seed=N. N is a number, D a time such as 2s, T a media type, P from 0 to 1.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case token == "":
				return errors.New("--token: it cannot be empty")
			case images < 0:
				return fmt.Errorf("--images %d: it cannot be negative", images)
			case importTime < 0:
				return fmt.Errorf("--import-time %s: it cannot be negative", importTime)
			case actionTime < 0:
				return fmt.Errorf("--action-time %s: it cannot be negative", actionTime)
			}
			options := []fakeapi.Option{
				fakeapi.WithAccounts(fakeapi.Account{Token: token, Email: "me@example.com", UUID: "11111111-1111-4111-8111-111111111111"}),
				fakeapi.WithCatalogue(images, seed), fakeapi.WithImportTime(importTime), fakeapi.WithActionTime(actionTime),
			}
			if noLimit {
				options = append(options, fakeapi.WithRateLimit(0, 0))
			}
			for _, text := range faults {
				fault, err := fakeapi.ParseFault(text)
				if err != nil {
					return err
				}
				options = append(options, fakeapi.WithFaults(fault))
			}
			listener, err := net.Listen("tcp", addr)
			if err != nil {
				return fmt.Errorf("--addr %s: %w", addr, err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "http://%s\n", listener.Addr())
			return serve(cmd.Context(), listener, withDocument(fakeapi.New(options...), token, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&addr, "addr", "127.0.0.1:0", "the address to listen on; port 0 is any free one")
	flags.StringVar(&token, "token", fakeapi.Token, "the token that the fake accepts")
	flags.IntVar(&images, "images", 60, "how many images the fake holds")
	flags.Uint64Var(&seed, "seed", 1, "which images these are")
	flags.DurationVar(&importTime, "import-time", 5*time.Second, "how long an import takes")
	flags.DurationVar(&actionTime, "action-time", 5*time.Second, "how long a transfer or conversion takes")
	flags.BoolVar(&noLimit, "no-rate-limit", false, "answer any number of requests")
	flags.StringArrayVar(&faults, "fault", nil, "something that goes wrong; may be given several times")
	return cmd
}

// serve answers requests until ctx ends, and then gives those under way 5 seconds to come to an end.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if server.Shutdown(ending) != nil {
		return server.Close() // what is still under way has had its time
	}
	return nil
}

// withDocument adds what says what the server is, and logs requests to the API, without their token.
func withDocument(api http.Handler, token string, logger *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "A fake of DigitalOcean's images API, in memory. It is no evidence of how the API behaves.\n\n"+
			"  /v2/images     the API\n  /openapi.yaml  its contract")
	})
	mux.HandleFunc("GET /openapi.yaml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(openapi.Document())
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		seen := &statusWriter{ResponseWriter: w}
		defer func() {
			// Deferred, because a broken connection is a panic.
			logger.Info("request", "method", r.Method, "path", loggable(r, token), "status", seen.status, "duration", time.Since(start))
		}()
		api.ServeHTTP(seen, r)
	})
	return mux
}

// loggable returns the path and query of a request, which may hold a token by mistake: the fake's own, or another.
func loggable(r *http.Request, token string) string {
	query := r.URL.Query()
	for name := range query {
		if !slices.Contains([]string{"page", "per_page", "type", "private", "tag_name"}, name) {
			query[name] = []string{"[redacted]"}
		}
	}
	text := (&url.URL{Path: r.URL.Path, RawQuery: query.Encode()}).RequestURI()
	return strings.ReplaceAll(withoutToken(text, r), token, "[token]")
}

// withoutToken takes out of a text what a request authenticates with.
func withoutToken(text string, r *http.Request) string {
	for _, value := range r.Header.Values("Authorization") {
		if words := strings.Fields(value); len(words) > 0 {
			text = strings.ReplaceAll(text, words[len(words)-1], "[token]")
		}
	}
	return text
}

// statusWriter remembers the status of a response; 0 is none.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController flush.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
