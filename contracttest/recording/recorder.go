package recording

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"

	"example.com/doimages/contracttest/internal/decompress"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// Recorder is a transport that records what passes through it, and changes none of it, except that it closes the
// connection of a response with status 101. [Recorder.Close] writes the recording. A Recorder is safe for concurrent
// use.
//
// A recording has no credentials. Of headers only those known to be harmless are kept. Tokens and e-mail addresses
// are taken out of URLs, bodies and those headers, however they are spelled. So are user and password of any URL, and
// query, fragment and credentials of the address that an image is imported from, which can be a signature.
//
// Bodies are recorded decompressed. An exchange with a body that cannot be decompressed is left out, since no secret
// could be found in it. A Recorder holds what it records in memory until it is closed, and at most 32 MiB: an exchange
// that would be more passes and is left out, too. The provenance says how many were.
type Recorder struct {
	next http.RoundTripper
	file string
	base traffic.Base

	mu          sync.Mutex
	secrets     redact.Redactor // those that were sent, wherever else they occur
	cassette    *cassette.Cassette
	hosts       map[string]bool // with their scheme
	overTLS     bool            // whether every response came over TLS, which none of a fake in memory does
	began       []time.Time     // of each interaction
	undecodable int             // exchanges with a body that could not be decompressed
	size        int             // of what is recorded, in bytes; see sizeOf
	limit       int             // of size; maxRecorded but in tests
	tooMany     int             // exchanges for which there was no room
}

// maxRecorded bounds the memory of a Recorder, and with it the size of a cassette: [Read] refuses one of more than
// 64 MiB, and YAML takes more room than the bodies in it.
const maxRecorded = 32 << 20

// ErrNothingRecorded is the error of [Recorder.Close] if there is nothing to write.
var ErrNothingRecorded = errors.New("nothing was recorded, so nothing is written")

// NewRecorder returns a Recorder in front of next, or of [http.DefaultTransport] if that is nil. It will write the
// cassette to file, whose name ends in .cassette.yaml, and its provenance beside it.
//
// It makes the folder of the file, and tries to write there, so that a mistake is known before anything is sent.
// Files of an earlier run are replaced by Close, and not before.
func NewRecorder(next http.RoundTripper, file string, options ...RecorderOption) (*Recorder, error) {
	if !strings.HasSuffix(file, ".cassette.yaml") {
		return nil, fmt.Errorf("%s: the name of a recording ends in .cassette.yaml", redact.Printable(file))
	}
	if err := checkWritable(file); err != nil {
		return nil, redact.PrintableError(err)
	}
	var config recorderConfig
	for _, option := range options {
		option(&config)
	}
	if next == nil {
		next = http.DefaultTransport
	}
	return &Recorder{
		next:     next,
		file:     file,
		base:     config.base,
		cassette: cassette.New("recording"),
		hosts:    map[string]bool{},
		overTLS:  true,
		limit:    maxRecorded,
	}, nil
}

// RoundTrip implements [http.RoundTripper]. A truncated response is passed on and not recorded: it is not what the
// server sent.
func (r *Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, exchange, err := traffic.RoundTrip(r.next, req)
	if err != nil {
		return nil, err
	}
	if !exchange.Truncated {
		r.add(exchange, resp)
	}
	return resp, nil
}

// add takes an exchange into the recording. Its secrets are taken out when the recording is closed and all are known.
// A response may show the token of a request that comes later.
func (r *Recorder) add(exchange traffic.Exchange, resp *http.Response) {
	r.mu.Lock()
	defer r.mu.Unlock()
	sentHeader, header := traffic.CanonicalHeader(exchange.RequestHeader), traffic.CanonicalHeader(exchange.Header)
	r.secrets.Request(sentHeader)
	address := r.secrets.WithoutUser(exchange.URL)
	r.hosts[address.Scheme+"://"+address.Host] = true
	r.overTLS = r.overTLS && resp.TLS != nil
	sent, sentOK := decompress.Body(sentHeader, exchange.RequestBody)
	sentBody := r.secrets.ImportURL(string(sent)) // also of an exchange that is left out: another may repeat it
	body, ok := decompress.Body(header, exchange.Body)
	if !sentOK || !ok {
		r.undecodable++
		return
	}
	size := sizeOf(address.String(), sentBody, body)
	if r.size+size > r.limit {
		r.tooMany++
		return
	}
	r.size += size
	r.began = append(r.began, exchange.Began)
	interaction := &cassette.Interaction{
		Request: cassette.Request{
			Proto:      "HTTP/1.1",
			ProtoMajor: 1,
			ProtoMinor: 1,
			Method:     exchange.Method,
			Host:       address.Host,
			URL:        address.String(),
			Headers:    r.secrets.Headers(sentHeader),
			Body:       sentBody,
		},
		Response: cassette.Response{
			Proto:        resp.Proto,
			ProtoMajor:   resp.ProtoMajor,
			ProtoMinor:   resp.ProtoMinor,
			Code:         exchange.Status,
			Status:       statusLine(exchange.Status),
			Headers:      r.secrets.Headers(header),
			Body:         string(body),
			Uncompressed: resp.Uncompressed,
			Duration:     exchange.Ended.Sub(exchange.Began),
		},
	}
	delete(interaction.Request.Headers, "Content-Encoding") // the bodies are recorded decompressed
	delete(interaction.Response.Headers, "Content-Encoding")
	r.cassette.AddInteraction(interaction)
}

// Len returns how many exchanges are recorded so far. The index of the next in the cassette is as high.
func (r *Recorder) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.cassette.Interactions)
}

// Full reports whether an exchange was left out since there was no more room.
func (r *Recorder) Full() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tooMany > 0
}

// Close writes the cassette and its provenance. The error is [ErrNothingRecorded] if nothing was recorded. A recording
// of anything but the API over https says so in its provenance, and cannot pass as one of the API.
//
// Each file is there whole or not at all. Until both could be written, those of an earlier run stay as they were. If
// moving them into place fails or is interrupted, there may be a cassette without a provenance. There is never one with
// the provenance of another.
func (r *Recorder) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.cassette.Interactions) == 0 {
		return r.nothingRecorded()
	}
	r.redactAll()
	if err := writeRecording(r.file, r.cassette, r.provenance(time.Now().UTC())); err != nil {
		return redact.PrintableError(fmt.Errorf("%s: %w", r.file, err))
	}
	return nil
}

func (r *Recorder) nothingRecorded() error {
	if r.undecodable > 0 {
		return fmt.Errorf("%w: %s left out, since a body could not be decompressed",
			ErrNothingRecorded, exchangesWere(r.undecodable))
	}
	return ErrNothingRecorded
}

// redactAll takes the secrets out of all that is recorded.
func (r *Recorder) redactAll() {
	for _, interaction := range r.cassette.Interactions {
		request, response := &interaction.Request, &interaction.Response
		request.URL, request.Host = r.redactURL(request.URL), r.redactHost(request.Host)
		request.Method = r.secrets.Text(request.Method)
		request.Body = r.secrets.Text(request.Body)
		request.ContentLength = int64(len(request.Body))
		response.Body = r.secrets.Text(response.Body)
		response.ContentLength = int64(len(response.Body))
		redactHeader(&r.secrets, request.Headers)
		redactHeader(&r.secrets, response.Headers)
	}
}

// redactURL takes the secrets out of the URL of a request, which stays one that can be parsed.
func (r *Recorder) redactURL(text string) string {
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		text = strings.Replace(text, "://"+u.Host, "://"+r.redactHost(u.Host), 1)
	}
	return r.secrets.Text(text)
}

// redactHost returns a host, or the name of none if it has a secret: a placeholder would be no host.
func (r *Recorder) redactHost(host string) string {
	if r.secrets.Text(host) != host {
		return "redacted.invalid"
	}
	return host
}

// provenance returns what is known of where the recording comes from, at the time it is written.
func (r *Recorder) provenance(now time.Time) Provenance {
	note := "Recorded" + writtenBy
	if r.undecodable > 0 {
		note += " " + exchangesWere(r.undecodable) + " left out, since a body could not be decompressed."
	}
	if r.tooMany > 0 {
		note += fmt.Sprintf(" %s left out, since a recording holds %d MiB.", exchangesWere(r.tooMany), r.limit>>20)
	}
	hosts := strings.Join(slices.Sorted(maps.Keys(r.hosts)), ", ")
	provenance := Provenance{
		Kind:         r.kind(),
		BaseURL:      r.secrets.Text(r.base.String()),
		Document:     "requests sent to " + redact.Printable(r.secrets.Text(hosts)),
		Revision:     revisionOfContract(),
		DocumentDate: now.Format(time.DateOnly),
		Transcribed:  now.Format(time.DateOnly),
		Note:         note,
	}
	for i, interaction := range r.cassette.Interactions {
		provenance.Exchanges = append(provenance.Exchanges, ExchangeOrigin{
			Interaction: i,
			Status:      interaction.Response.Code,
			Source:      redact.Printable(interaction.Request.Method),
			Began:       r.began[i].UTC(),
		})
	}
	return provenance
}

// exchangesWere returns a number of exchanges as the subject of a sentence, with its verb.
func exchangesWere(n int) string {
	if n == 1 {
		return "1 exchange was"
	}
	return fmt.Sprintf("%d exchanges were", n)
}

// kind returns what the recording is evidence of. A name proves nothing: a fake in memory is also asked for the host
// of the API, so that only TLS tells them apart.
func (r *Recorder) kind() Kind {
	if len(r.hosts) == 1 && r.hosts[openapi.BaseURL] && r.overTLS {
		return KindAPI
	}
	return KindOtherServer
}
