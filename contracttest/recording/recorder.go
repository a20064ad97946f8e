package recording

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// recordedHeaders are what a recording keeps of a request or response. Everything else may identify somebody.
var recordedHeaders = map[string]bool{
	"Accept": true, "Content-Type": true, "Content-Encoding": true, "Date": true, "Ratelimit-Limit": true,
	"Ratelimit-Remaining": true, "Ratelimit-Reset": true, "Retry-After": true,
}

// Recorder is a transport that records what passes through it, without credentials: of headers it keeps a list of known
// ones, and tokens and e-mail addresses are taken out of URLs, bodies and the headers that are kept; so are query, fragment
// and credentials of the address that an image is imported from, which can be a signature. Close writes the recording.
type Recorder struct {
	next http.RoundTripper
	file string

	mu         sync.Mutex
	secrets    redact.Redactor // those that were sent, wherever else they turn up
	cassette   *cassette.Cassette
	hosts      map[string]bool
	overTLS    bool        // whether every response came over TLS, which none of a fake in memory does
	began      []time.Time // of each interaction
	compressed int         // exchanges whose body could not be decompressed
}

// NewRecorder returns a Recorder in front of next, or of http.DefaultTransport if that is nil, that will write the
// cassette to file, whose name ends in .cassette.yaml, and its provenance beside it. It makes the folder of file, so that
// one that cannot be had is known before anything is sent.
func NewRecorder(next http.RoundTripper, file string) (*Recorder, error) {
	if !strings.HasSuffix(file, ".cassette.yaml") {
		return nil, fmt.Errorf("%s: the name of a recording ends in .cassette.yaml", file)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, fmt.Errorf("%s: its folder: %w", file, err)
	}
	if next == nil {
		next = http.DefaultTransport
	}
	return &Recorder{next: next, file: file, cassette: cassette.New("recording"), hosts: map[string]bool{}, overTLS: true}, nil
}

// RoundTrip implements http.RoundTripper.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, exchange, err := traffic.RoundTrip(r.next, req)
	if err != nil {
		return nil, err
	}
	if !exchange.Truncated { // what broke off is not a recording of a response
		r.add(exchange, resp)
	}
	return resp, nil
}

// add takes an exchange into the recording. Its secrets are taken out when the recording is closed, when all are known.
func (r *Recorder) add(exchange traffic.Exchange, resp *http.Response) {
	r.mu.Lock()
	defer r.mu.Unlock()
	requested, received := traffic.CanonicalHeader(exchange.RequestHeader), traffic.CanonicalHeader(exchange.Header)
	r.secrets.Request(requested)
	sent := redactImportURL(string(exchange.RequestBody), &r.secrets)
	r.hosts[exchange.URL.Scheme+"://"+exchange.URL.Host] = true
	r.overTLS = r.overTLS && resp.TLS != nil
	text, ok := traffic.Decompress(received, exchange.Body)
	if !ok { // nothing could be taken out of it
		r.compressed++
		return
	}
	received = r.recordable(received)
	received.Del("Content-Encoding")
	r.began = append(r.began, exchange.Began)
	r.cassette.AddInteraction(&cassette.Interaction{
		Request: cassette.Request{
			Proto:         "HTTP/1.1",
			ProtoMajor:    1,
			ProtoMinor:    1,
			Method:        exchange.Method,
			Host:          exchange.URL.Host,
			URL:           exchange.URL.String(),
			Headers:       r.recordable(requested),
			Body:          sent,
			ContentLength: int64(len(exchange.RequestBody)),
		},
		Response: cassette.Response{
			Proto:         resp.Proto,
			ProtoMajor:    resp.ProtoMajor,
			ProtoMinor:    resp.ProtoMinor,
			Code:          exchange.Status,
			Status:        strings.TrimSpace(fmt.Sprint(exchange.Status, " ", http.StatusText(exchange.Status))), // not the server's words
			Headers:       received,
			Body:          string(text),
			ContentLength: int64(len(text)),
			Uncompressed:  resp.Uncompressed,
			Duration:      exchange.Ended.Sub(exchange.Began),
		},
	})
}

// recordable returns what a recording keeps of headers.
func (r *Recorder) recordable(h http.Header) http.Header {
	kept := http.Header{}
	for name, values := range h {
		if recordedHeaders[name] {
			kept[name] = slices.Clone(values)
		}
	}
	if credentials := h.Get("Authorization"); credentials != "" {
		kept.Set("Authorization", r.secrets.Credentials(credentials))
	}
	return kept
}

// Close writes the cassette and its provenance, or neither. It is an error if nothing was recorded. A recording of
// anything but the API over https is marked as such and cannot pass as one of the API.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case len(r.cassette.Interactions) == 0 && r.compressed > 0:
		return fmt.Errorf("nothing was recorded, so nothing is written: the bodies of %d exchanges cannot be decompressed", r.compressed)
	case len(r.cassette.Interactions) == 0:
		return errors.New("nothing was recorded, so nothing is written")
	}
	now := time.Now().UTC()
	revision := sha256.Sum256(openapi.Document())
	p := Provenance{
		Kind: KindOtherServer, Document: "requests sent to " + strings.Join(slices.Sorted(maps.Keys(r.hosts)), ", "),
		Revision: "sha256 of the contract: " + hex.EncodeToString(revision[:8]), DocumentDate: now.Format(time.DateOnly), Transcribed: now.Format(time.DateOnly),
		Note: "Recorded by doimages " + toolVersion() + ". Headers that are not known to be harmless, tokens and e-mail addresses were taken out.",
	}
	if len(r.hosts) == 1 && r.hosts["https://api.digitalocean.com"] && r.overTLS {
		p.Kind = KindAPI
	}
	if r.compressed > 0 {
		p.Note += fmt.Sprintf(" %d exchanges were left out, since their bodies could not be decompressed.", r.compressed)
	}
	for i, interaction := range r.cassette.Interactions {
		interaction.Request.URL, interaction.Request.Body = r.secrets.Text(interaction.Request.URL), r.secrets.Text(interaction.Request.Body)
		interaction.Response.Body = r.secrets.Text(interaction.Response.Body)
		for _, header := range []http.Header{interaction.Request.Headers, interaction.Response.Headers} {
			for _, values := range header {
				for i, value := range values {
					values[i] = r.secrets.Text(value)
				}
			}
		}
		interaction.Request.ContentLength, interaction.Response.ContentLength = int64(len(interaction.Request.Body)), int64(len(interaction.Response.Body))
		p.Exchanges = append(p.Exchanges, ExchangeOrigin{
			Interaction: i,
			Status:      interaction.Response.Code,
			Source:      interaction.Request.Method,
			Began:       r.began[i].UTC(),
		})
	}

	if err := r.write(p); err != nil {
		return fmt.Errorf("%s: %w", r.file, err)
	}
	return nil
}

// write writes both files, or neither.
func (r *Recorder) write(p Provenance) error {
	dir, err := os.MkdirTemp(filepath.Dir(r.file), ".recording-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r.cassette.Name = filepath.Join(dir, "recording")
	r.cassette.File = r.cassette.Name + ".yaml"
	r.cassette.IsNew, r.cassette.MarshalFunc = true, yaml.Marshal
	if err := r.cassette.Save(); err != nil {
		return err
	}
	provenance, err := yaml.Marshal(p)
	if err != nil {
		return err
	}
	text := append([]byte("# Where the recording beside this file comes from.\n"), provenance...)
	if err := os.WriteFile(filepath.Join(dir, "provenance.yaml"), text, 0o644); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(dir, "provenance.yaml"), provenanceFile(r.file)); err != nil {
		return err
	}
	if err := os.Rename(r.cassette.File, r.file); err != nil {
		return errors.Join(err, os.Remove(provenanceFile(r.file)))
	}
	return nil
}

// toolVersion returns the version of the module of this package, which a program of somebody else depends on.
func toolVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown version)"
	}
	for _, module := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if strings.HasPrefix(reflect.TypeFor[Recorder]().PkgPath(), module.Path+"/") && module.Version != "" {
			return module.Version
		}
	}
	return "(unknown version)"
}
