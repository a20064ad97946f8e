package recording

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/doimages/contracttest/traffic"
)

// maxTook is longer than any exchange takes, in milliseconds. A time beyond it is a mistake of the writer.
const maxTook = 1e9

// harEntry is what is read of an entry of an archive. Where writers differ in the type of a value, it stays as written.
type harEntry struct {
	Started  jsontext.Value `json:"startedDateTime"`
	Time     jsontext.Value `json:"time"`       // milliseconds
	Cache    jsontext.Value `json:"_fromCache"` // the cache of the browser that responded; null or false if none did
	Request  harRequest     `json:"request"`
	Response harResponse    `json:"response"`
}

type harRequest struct {
	Method   string       `json:"method"`
	URL      string       `json:"url"`
	Headers  []harHeader  `json:"headers"`
	PostData *harPostData `json:"postData"`
}

type harPostData struct {
	Text     string `json:"text"`
	Encoding string `json:"encoding"`
}

type harResponse struct {
	Status  int         `json:"status"`
	Headers []harHeader `json:"headers"`
	Content harContent  `json:"content"`
}

type harContent struct {
	Size     int64  `json:"size"` // below 0 where the writer does not know
	Text     string `json:"text"`
	Encoding string `json:"encoding"`
	MimeType string `json:"mimeType"`
}

type harHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// exchange returns what an entry says of an exchange. The error of one that cannot be checked is an [OmittedError].
func (e *harEntry) exchange(source string) (traffic.Exchange, error) {
	if e.Request.Method == "" || e.Request.URL == "" {
		return traffic.Exchange{}, fmt.Errorf("%s: an entry without the method or the URL of its request", source)
	}
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return traffic.Exchange{}, fmt.Errorf("%s: the URL of the request is not a URL", source)
	}
	if reason := e.omitted(); reason != "" {
		return traffic.Exchange{}, &OmittedError{Source: source, Reason: reason}
	}
	sent, err := e.Request.body()
	if err != nil {
		return traffic.Exchange{}, fmt.Errorf("%s: the body of the request: %w", source, err)
	}
	received, err := harBody(e.Response.Content.Text, e.Response.Content.Encoding)
	if err != nil {
		return traffic.Exchange{}, fmt.Errorf("%s: the body of the response: %w", source, err)
	}
	header := harHeaders(e.Response.Headers)
	if len(header) == 0 && e.Response.Content.MimeType != "" && len(received) > 0 {
		header.Set("Content-Type", e.Response.Content.MimeType) // some writers leave the headers out
	}
	dropWireLength(header, received, e.Response.Content.Size)
	began, ended := e.times()
	return traffic.Exchange{
		Source:        source,
		Method:        strings.ToUpper(e.Request.Method),
		URL:           u,
		RequestHeader: harHeaders(e.Request.Headers),
		RequestBody:   sent,
		Status:        e.Response.Status,
		Header:        header,
		Body:          received,
		Began:         began,
		Ended:         ended,
	}, nil
}

// omitted returns why an entry cannot be checked, or "" if it can.
func (e *harEntry) omitted() string {
	switch {
	case !e.hasResponse():
		return "the request has no response"
	case e.isFromCache():
		return "the response came from a cache"
	case e.lacksBody():
		return "the body of the response was left out of the archive"
	}
	return ""
}

// hasResponse reports whether the request got a response: writers give status 0, or less, to those that got none.
func (e *harEntry) hasResponse() bool { return e.Response.Status > 0 }

// isFromCache reports whether a cache of the browser responded, and not the server.
func (e *harEntry) isFromCache() bool {
	kind := e.Cache.Kind()
	named := len(e.Cache) > 0 && kind != jsontext.KindNull && kind != jsontext.KindFalse // writers have either for none
	return named || e.Response.Status == http.StatusNotModified
}

// lacksBody reports whether there was a body that the writer left out of the file.
func (e *harEntry) lacksBody() bool {
	content := e.Response.Content
	if content.Text != "" {
		return false
	}
	if content.Size < 0 { // the writer does not know
		hasNone := e.Response.Status == http.StatusNoContent || strings.EqualFold(e.Request.Method, http.MethodHead)
		return !hasNone
	}
	return content.Size > 0
}

// times returns when the request was sent and when the response had been read. Both are zero if the entry does not
// say both in a known form. Without times the checks take exchanges to have been one after the other.
func (e *harEntry) times() (began, ended time.Time) {
	var text string
	if len(e.Started) == 0 || json.Unmarshal(e.Started, &text) != nil {
		return time.Time{}, time.Time{}
	}
	began, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, time.Time{}
	}
	took, err := strconv.ParseFloat(string(e.Time), 64)
	if err != nil || took <= 0 || took >= maxTook {
		return time.Time{}, time.Time{}
	}
	return began, began.Add(time.Duration(took * float64(time.Millisecond)))
}

// body returns the body of a request, which an archive leaves out where there is none.
func (r *harRequest) body() ([]byte, error) {
	if r.PostData == nil {
		return nil, nil
	}
	return harBody(r.PostData.Text, r.PostData.Encoding)
}

// harBody returns a body of which an archive has the text, or for what is not text the Base64 encoding.
func harBody(text, encoding string) ([]byte, error) {
	if !strings.EqualFold(encoding, "base64") {
		return []byte(text), nil
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("not Base64")
	}
	return body, nil
}

// harHeaders returns headers without the pseudo-headers of HTTP/2, and splits what some writers join with line ends.
func harHeaders(list []harHeader) http.Header {
	headers := http.Header{}
	for _, h := range list {
		if h.Name == "" || strings.HasPrefix(h.Name, ":") {
			continue
		}
		for _, value := range strings.Split(h.Value, "\n") {
			headers.Add(h.Name, strings.TrimSpace(value))
		}
	}
	return headers
}
