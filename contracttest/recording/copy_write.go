package recording

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"

	"example.com/doimages/contracttest/internal/wholefile"
	"example.com/doimages/openapi"
)

// ErrNothingCopied is the error of [Copy.Write] if nothing was added.
var ErrNothingCopied = errors.New("no exchange with the API, so nothing is written")

// Write writes the copy, after which nothing can be added. Of the provenance, Kind and Document say what it was made
// from; Write fills in the rest. It goes into a file beside a cassette, or into a field of an archive. Files are
// replaced whole or stay as they were.
func (c *Copy) Write(provenance Provenance) error {
	if len(c.entries) == 0 {
		return ErrNothingCopied
	}
	c.clean()
	today := time.Now().UTC().Format(time.DateOnly)
	provenance.DocumentDate, provenance.Transcribed = today, today
	provenance.Revision, provenance.Note = revisionOfContract(), "Copied"+writtenBy
	var err error
	if c.isHAR() {
		err = wholefile.Write(c.file, func(w io.Writer) error { return c.encodeHAR(w, provenance) })
	} else {
		err = c.writeCassette(provenance)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.file, err)
	}
	return nil
}

func (c *Copy) writeCassette(provenance Provenance) error {
	recorded := cassette.New("copy")
	provenance.Exchanges = nil
	for i := range c.entries {
		entry := &c.entries[i]
		recorded.AddInteraction(entry.interaction())
		provenance.Exchanges = append(provenance.Exchanges, ExchangeOrigin{
			Interaction: i,
			Status:      entry.status,
			Source:      entry.source,
			Began:       entry.began,
			Redacted:    entry.redacted,
		})
	}
	return writeRecording(c.file, recorded, provenance)
}

// interaction returns an exchange as go-vcr writes it.
func (e *copied) interaction() *cassette.Interaction {
	return &cassette.Interaction{
		Request: cassette.Request{
			Proto:         "HTTP/1.1",
			ProtoMajor:    1,
			ProtoMinor:    1,
			ContentLength: int64(len(e.sent)),
			Method:        e.method,
			Host:          e.host(),
			URL:           e.address,
			Headers:       e.sentHeader,
			Body:          e.sent,
		},
		Response: cassette.Response{
			Proto:         "HTTP/1.1",
			ProtoMajor:    1,
			ProtoMinor:    1,
			ContentLength: int64(len(e.body)),
			Code:          e.status,
			Status:        statusLine(e.status),
			Headers:       e.header,
			Body:          e.body,
			Duration:      e.took,
		},
	}
}

// encodeHAR writes an archive, one entry at a time.
func (c *Copy) encodeHAR(w io.Writer, provenance Provenance) error {
	creator, err := json.Marshal(map[string]string{"name": "doimages contract", "version": openapi.Version})
	if err != nil {
		return err
	}
	origin, err := json.Marshal(anyJSON{
		"kind":          provenance.Kind,
		"document":      provenance.Document,
		"revision":      provenance.Revision,
		"document_date": provenance.DocumentDate,
		"transcribed":   provenance.Transcribed,
		"note":          provenance.Note,
	}, json.Deterministic(true))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `{"log":{"version":"1.2","creator":%s,"_provenance":%s,"entries":[`, creator, origin)
	if err != nil {
		return err
	}
	for i := range c.entries {
		if i > 0 {
			_, _ = io.WriteString(w, ",") // a buffer, which keeps its error
		}
		text, err := json.Marshal(c.entries[i].har(), json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "\n%s", text); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "\n]}}\n")
	return err
}

type anyJSON = map[string]any

// har returns an exchange as HAR has it. Fields that HAR demands and nobody knows have the values that HAR gives for
// that.
func (e *copied) har() anyJSON {
	request := anyJSON{
		"method":      e.method,
		"url":         e.address,
		"httpVersion": "HTTP/1.1",
		"cookies":     []string{},
		"queryString": []string{},
		"headers":     harHeaderList(e.sentHeader),
		"headersSize": -1,
		"bodySize":    len(e.sent),
	}
	if e.sent != "" {
		request["postData"] = harContentOf(e.sent, e.sentHeader.Get("Content-Type"))
	}
	content := harContentOf(e.body, e.header.Get("Content-Type"))
	content["size"] = len(e.body)
	if e.hasLength && e.body != "" {
		content["size"] = len(e.body) + e.missing // otherwise the reader takes the Content-Length for that of the wire
	}
	entry := anyJSON{
		"time":    float64(e.took) / float64(time.Millisecond),
		"request": request,
		"response": anyJSON{
			"status":      e.status,
			"statusText":  http.StatusText(e.status),
			"httpVersion": "HTTP/1.1",
			"cookies":     []string{},
			"headers":     harHeaderList(e.header),
			"content":     content,
			"redirectURL": "",
			"headersSize": -1,
			"bodySize":    len(e.body),
		},
		"cache":   anyJSON{},
		"timings": anyJSON{"send": -1, "wait": -1, "receive": -1},
		"comment": "made from " + e.source,
	}
	if !e.began.IsZero() {
		entry["startedDateTime"] = e.began.Format(time.RFC3339Nano)
	}
	if e.redacted {
		entry["_redacted"] = true
	}
	return entry
}

func harHeaderList(header http.Header) []anyJSON {
	headers := []anyJSON{}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			headers = append(headers, anyJSON{"name": name, "value": value})
		}
	}
	return headers
}

// harContentOf returns a body as HAR has it: what is not text in Base64.
func harContentOf(body, kind string) anyJSON {
	content := anyJSON{"mimeType": kind, "text": body}
	if !utf8.ValidString(body) {
		content["text"] = base64.StdEncoding.EncodeToString([]byte(body))
		content["encoding"] = "base64"
	}
	return content
}
