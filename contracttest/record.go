package contracttest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"

	"example.com/doimages/openapi"
)

// recordedHeaders are what a recording keeps of a request or response. Everything else may identify somebody.
var recordedHeaders = map[string]bool{
	"Accept": true, "Content-Type": true, "Content-Encoding": true, "Date": true, "Ratelimit-Limit": true,
	"Ratelimit-Remaining": true, "Ratelimit-Reset": true, "Retry-After": true,
}

const redacted = "REDACTED"

// Recorder is a transport that records what passes through it, without credentials: of headers it keeps a list of known
// ones, and tokens and e-mail addresses are taken out of URLs, bodies and the headers that are kept; so are query, fragment
// and credentials of the address that an image is imported from, which can be a signature. Close writes the recording.
type Recorder struct {
	next http.RoundTripper
	file string

	mu       sync.Mutex
	tokens   map[string]bool // those that were sent, wherever else they turn up
	cassette *cassette.Cassette
	hosts    map[string]bool
	overTLS  bool        // whether every response came over TLS, which none of a fake in memory does
	began    []time.Time // of each interaction
	packed   int         // exchanges whose body could not be unpacked
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
	return &Recorder{next: next, file: file, tokens: map[string]bool{}, cassette: cassette.New("recording"), hosts: map[string]bool{}, overTLS: true}, nil
}

// RoundTrip implements http.RoundTripper.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
		sent = body
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	began := time.Now()
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil { // what broke off is no recording of a response
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
		return resp, nil
	}

	r.mu.Lock()
	defer r.mu.Unlock()
	requested, answered := canonical(req.Header), canonical(resp.Header)
	request, echoes := withoutSignature(string(sent))
	for _, token := range append(tokensOf(requested), echoes...) {
		r.tokens[token] = true
	}
	r.hosts[req.URL.Scheme+"://"+req.URL.Host] = true
	r.overTLS = r.overTLS && resp.TLS != nil
	text, ok := unpacked(answered, body)
	if !ok { // nothing could be taken out of it
		r.packed++
		return resp, nil
	}
	answered = recordable(answered)
	answered.Del("Content-Encoding")
	r.began = append(r.began, began)
	r.cassette.AddInteraction(&cassette.Interaction{
		Request: cassette.Request{
			Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Method: req.Method, Host: req.URL.Host, URL: req.URL.String(),
			Headers: recordable(requested), Body: request, ContentLength: int64(len(sent)),
		},
		Response: cassette.Response{
			Proto: resp.Proto, ProtoMajor: resp.ProtoMajor, ProtoMinor: resp.ProtoMinor, Code: resp.StatusCode,
			Status:  strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", http.StatusText(resp.StatusCode))), // and not what the server wrote there
			Headers: answered, Body: string(text), ContentLength: int64(len(text)), Uncompressed: resp.Uncompressed,
			Duration: time.Since(began),
		},
	})
	return resp, nil
}

func recordable(h http.Header) http.Header {
	kept := http.Header{}
	for name, values := range h {
		if recordedHeaders[name] {
			kept[name] = slices.Clone(values)
		}
	}
	if h.Get("Authorization") != "" {
		kept.Set("Authorization", redacted)
	}
	return kept
}

// importURL is the address that an image is imported from, in the body of a create.
var importURL = regexp.MustCompile(`(?i)("url"\s*:\s*)("(?:[^"\\]|\\.)*")`)

// withoutSignature cuts query, fragment and credentials from the address of an import, and returns what would repeat them.
func withoutSignature(body string) (clean string, echoes []string) {
	clean = importURL.ReplaceAllStringFunc(body, func(field string) string {
		parts := importURL.FindStringSubmatch(field)
		var address string
		if json.Unmarshal([]byte(parts[2]), &address) != nil {
			return parts[1] + `"` + redacted + `"`
		}
		rest, fragment, _ := strings.Cut(address, "#")
		rest, query, _ := strings.Cut(rest, "?")
		_, rest, _ = strings.Cut(rest, "//")
		host, _, _ := strings.Cut(rest, "/")
		credentials := host[:max(strings.LastIndexByte(host, '@'), 0)]
		cleaned := address
		for _, part := range []struct{ before, secret, after, instead string }{
			{"#", fragment, "", "#" + redacted}, {"?", query, "", "?" + redacted}, {"//", credentials, "@", "//"},
		} {
			if part.secret == "" {
				continue
			}
			// An echo is looked for with what stands around it, so that a short one is found there and nowhere else.
			echo := part.before + part.secret + part.after
			cleaned = strings.Replace(cleaned, echo, part.instead, 1)
			escaped, _ := json.Marshal(echo)
			slashed := strings.ReplaceAll(echo, "/", `\/`)
			echoes = append(echoes, echo, string(escaped[1:len(escaped)-1]), slashed, strings.ReplaceAll(slashed, "&", `\u0026`))
			if len(part.secret) >= 16 {
				echoes = append(echoes, part.secret)
			}
		}
		if cleaned == address {
			return field
		}
		text, _ := json.Marshal(cleaned)
		return parts[1] + string(text)
	})
	return clean, echoes
}

// redact takes out what no recording may hold.
func (r *Recorder) redact(s string) string {
	// The longest first, since one can be a part of another.
	for _, token := range slices.SortedFunc(maps.Keys(r.tokens), func(a, b string) int { return len(b) - len(a) }) {
		s = redact(s, token, redacted)
	}
	return secret.ReplaceAllStringFunc(s, func(found string) string {
		if strings.Contains(found, "@") {
			return "someone@example.com" // still an address, so that the body keeps its form
		}
		return redacted
	})
}

// Close writes the cassette and its provenance, or neither. It is an error if nothing was recorded. A recording of
// anything but the API over https is marked as such and cannot pass as one of the API.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case len(r.cassette.Interactions) == 0 && r.packed > 0:
		return fmt.Errorf("nothing was recorded, so nothing is written: the bodies of %d exchanges cannot be unpacked", r.packed)
	case len(r.cassette.Interactions) == 0:
		return errors.New("nothing was recorded, so nothing is written")
	}
	now := time.Now().UTC()
	revision := sha256.Sum256(openapi.Document())
	p := Provenance{
		Kind: "recording of another server than the API", Document: "requests sent to " + strings.Join(slices.Sorted(maps.Keys(r.hosts)), ", "),
		Revision: "sha256 of the contract: " + hex.EncodeToString(revision[:8]), DocumentDate: now.Format(time.DateOnly), Transcribed: now.Format(time.DateOnly),
		Note: "Recorded by doimages " + toolVersion() + ". Headers that are not known to be harmless, tokens and e-mail addresses were taken out.",
	}
	if len(r.hosts) == 1 && r.hosts["https://api.digitalocean.com"] && r.overTLS {
		p.Kind = "recording of the API"
	}
	if r.packed > 0 {
		p.Note += fmt.Sprintf(" %d exchanges were left out, since their bodies could not be unpacked.", r.packed)
	}
	for i, interaction := range r.cassette.Interactions {
		interaction.Request.URL, interaction.Request.Body = r.redact(interaction.Request.URL), r.redact(interaction.Request.Body)
		interaction.Response.Body = r.redact(interaction.Response.Body)
		for _, header := range []http.Header{interaction.Request.Headers, interaction.Response.Headers} {
			for _, values := range header {
				for i, value := range values {
					values[i] = r.redact(value)
				}
			}
		}
		interaction.Request.ContentLength, interaction.Response.ContentLength = int64(len(interaction.Request.Body)), int64(len(interaction.Response.Body))
		p.Exchanges = append(p.Exchanges, Origin{i, interaction.Response.Code, interaction.Request.Method, r.began[i].UTC()})
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
