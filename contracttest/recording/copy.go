package recording

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"example.com/doimages/contracttest/internal/decompress"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/contracttest/traffic"
)

// How much a [Copy] takes, in bytes as sizeOf counts them. A cassette is read as a whole, and YAML takes more room than
// what is in it.
const (
	maxCassetteCopy = 32 << 20
	maxHARCopy      = 256 << 20
)

// Copy is a clean copy of recordings in one file. It has none of the secrets that package internal/redact knows, which
// are taken out of URLs, headers and bodies; one secret has one placeholder in all of it. Of headers it keeps those
// that are known to be harmless, and those that the checks judge. Bodies are decompressed. [NewCopy] makes one. It
// holds everything until it is written.
type Copy struct {
	file    string
	secrets redact.Redactor
	entries []copied
	size    int
	parts   int
	shift   int // what is added to the numbers of placeholders, which another recording used for other secrets
}

// copied is an exchange of a copy. Its texts may have secrets until it is written.
type copied struct {
	source, method, address string
	sentHeader, header      http.Header
	sent, body              string
	status                  int
	redacted                bool
	began                   time.Time
	took                    time.Duration
	missing                 int  // bytes that the body is shorter than its Content-Length
	hasLength               bool // whether that is known
}

// NewCopy returns an empty copy that will be written to a file, whose name ends in .cassette.yaml or .har.
func NewCopy(file string) (*Copy, error) {
	if !strings.HasSuffix(file, ".cassette.yaml") && !strings.HasSuffix(file, ".har") {
		return nil, fmt.Errorf("%s: the name of a copy ends in .cassette.yaml or .har", file)
	}
	return &Copy{file: file}, nil
}

// Files returns the names of the files that [Copy.Write] writes.
func (c *Copy) Files() []string {
	if c.isHAR() {
		return []string{c.file}
	}
	return []string{c.file, provenanceFile(c.file)}
}

func (c *Copy) isHAR() bool { return strings.HasSuffix(c.file, ".har") }

// Len returns how many exchanges were added.
func (c *Copy) Len() int { return len(c.entries) }

// NextRecording says that the exchanges to come are of another recording. Its placeholders stand for other secrets
// than those of the recordings before.
func (c *Copy) NextRecording() {
	c.parts++
	if len(c.entries) == 0 {
		return
	}
	// A secret this short is never searched for, so that its placeholder only says which number is the next.
	number := placeholderNumber.FindStringSubmatch(c.secrets.Hide(fmt.Sprintf("#%d", c.parts)))
	c.shift, _ = strconv.Atoi(number[1])
}

// placeholderNumber has the number of a placeholder of package internal/redact.
var placeholderNumber = regexp.MustCompile(`\[redacted-(\d{1,8})\]`)

// Add adds an exchange. It reports false for one with a body that cannot be decompressed, which is left out: no secret
// could be found in it. The error says that there is no more room.
func (c *Copy) Add(e traffic.Exchange) (added bool, err error) {
	sentHeader, header := traffic.CanonicalHeader(e.RequestHeader), traffic.CanonicalHeader(e.Header)
	sent, sentOK := decompress.Body(sentHeader, e.RequestBody)
	body, ok := decompress.Body(header, e.Body)
	// Its secrets are noted even if it is left out: another exchange may repeat them.
	for _, secret := range e.Secrets {
		c.secrets.Hide(c.renumber(secret))
	}
	entry := copied{
		source:     e.Source,
		method:     e.Method,
		address:    c.renumber(c.secrets.WithoutUser(e.URL).String()),
		sentHeader: c.headers(sentHeader),
		header:     c.headers(header),
		sent:       c.secrets.ImportURL(c.renumber(string(sent))),
		body:       c.renumber(string(body)),
		status:     e.Status,
		redacted:   e.Redacted,
		began:      e.Began,
		took:       e.Ended.Sub(e.Began),
	}
	if !sentOK || !ok {
		return false, nil
	}
	entry.missing, entry.hasLength = missingBytes(e, header)
	c.size += sizeOf(entry.address, entry.sent, body)
	if limit := c.limit(); c.size > limit {
		return false, fmt.Errorf("%s: more than %d MiB for one file", c.file, limit>>20)
	}
	c.entries = append(c.entries, entry)
	return true, nil
}

func (c *Copy) limit() int {
	if c.isHAR() {
		return maxHARCopy
	}
	return maxCassetteCopy
}

// headers returns the headers that a copy keeps. What the checks look for only by its presence gets a placeholder.
func (c *Copy) headers(header http.Header) http.Header {
	renumbered := http.Header{}
	for name, values := range header {
		for _, value := range values {
			renumbered[name] = append(renumbered[name], c.renumber(value))
		}
	}
	kept := c.secrets.Headers(renumbered)
	for name, values := range renumbered {
		switch {
		case strings.HasPrefix(name, "Ratelimit-"):
			kept[name] = values
		case name == "If-None-Match" || name == "If-Modified-Since":
			kept.Set(name, "[removed]")
		}
	}
	kept.Del("Content-Encoding") // the bodies are decompressed
	return kept
}

// renumber gives the placeholders of a recording numbers that no recording before it has.
func (c *Copy) renumber(text string) string {
	if c.shift == 0 {
		return text
	}
	return placeholderNumber.ReplaceAllStringFunc(text, func(found string) string {
		number, _ := strconv.Atoi(placeholderNumber.FindStringSubmatch(found)[1])
		return fmt.Sprintf("[redacted-%d]", number+c.shift)
	})
}

// missingBytes returns how many bytes a body is shorter than its Content-Length says, or longer if below 0, and whether
// that can be known. Taking a secret out changes the length of a body, and not whether it was truncated.
func missingBytes(e traffic.Exchange, header http.Header) (int, bool) {
	if header.Get("Content-Encoding") != "" {
		return 0, false
	}
	promised, err := strconv.Atoi(header.Get("Content-Length"))
	return promised - len(e.Body), err == nil && promised >= 0
}

// clean takes the secrets out of everything, now that all are known.
func (c *Copy) clean() {
	for i := range c.entries {
		entry := &c.entries[i]
		entry.method = c.secrets.Text(entry.method)
		entry.address = c.secrets.Text(entry.address)
		entry.sent = c.secrets.Text(entry.sent)
		entry.body = c.secrets.Text(entry.body)
		redactHeader(&c.secrets, entry.sentHeader)
		redactHeader(&c.secrets, entry.header)
		if promised := len(entry.body) + entry.missing; entry.hasLength && promised >= 0 {
			entry.header.Set("Content-Length", strconv.Itoa(promised))
		}
	}
}

// host returns the host of an exchange.
func (e *copied) host() string {
	u, err := url.Parse(e.address)
	if err != nil {
		return ""
	}
	return u.Host
}
