package recording

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
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
	Time     jsontext.Value `json:"time"`      // milliseconds
	Redacted jsontext.Value `json:"_redacted"` // true in a Copy, if credentials may have been taken out before
	Request  harRequest     `json:"request"`
	Response harResponse    `json:"response"`
	harOrigin
}

type harRequest struct {
	Method   harText      `json:"method"`
	URL      harText      `json:"url"`
	Headers  []harHeader  `json:"headers"`
	PostData *harPostData `json:"postData"`
}

type harPostData struct {
	Text     harText `json:"text"`
	Encoding harText `json:"encoding"`
	MimeType harText `json:"mimeType"`
	File     harText `json:"_file"` // of Playwright
}

type harResponse struct {
	Status   jsontext.Value `json:"status"`
	Headers  []harHeader    `json:"headers"`
	Content  harContent     `json:"content"`
	BodySize jsontext.Value `json:"bodySize"`

	FetchedByWorker jsontext.Value `json:"_fetchedViaServiceWorker"` // Chrome
}

type harContent struct {
	Size     jsontext.Value `json:"size"` // below 0 where the writer does not know
	Text     harText        `json:"text"`
	Encoding harText        `json:"encoding"`
	MimeType harText        `json:"mimeType"`
	File     harText        `json:"_file"` // of Playwright
}

type harHeader struct {
	Name  harText `json:"name"`
	Value harText `json:"value"`
}

// harArchive is what holds for all entries of an archive.
type harArchive struct {
	maker   string // such as Firefox
	bodies  bodies // the files beside it
	secrets secrets
}

// readHAREntry reads an entry that is known to be JSON.
func readHAREntry(text []byte) (*harEntry, *OmittedError) {
	var entry harEntry
	if err := json.Unmarshal(text, &entry, harOptions); err != nil {
		return nil, &OmittedError{Reason: Unusable, Detail: unusableValue(err)}
	}
	return &entry, nil
}

// unusableValue says which value has another type than HAR gives it, without the value.
func unusableValue(err error) string {
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		return fmt.Sprintf("%s at %s", kindName(semantic.JSONKind), semantic.JSONPointer)
	}
	return "a value of another type"
}

// kindName returns what JSON calls a kind of value, with its article.
func kindName(kind jsontext.Kind) string {
	switch kind {
	case jsontext.KindBeginObject:
		return "an object"
	case jsontext.KindBeginArray:
		return "an array"
	}
	return "a " + kind.String()
}

// exchange returns what an entry says of an exchange with a URL, or why none can be made of it.
func (e *harEntry) exchange(u *url.URL, archive harArchive) (traffic.Exchange, *OmittedError) {
	status, omitted := e.status(archive.maker)
	if omitted != nil {
		return traffic.Exchange{}, omitted
	}
	exchange := traffic.Exchange{
		Method:        strings.ToUpper(e.Request.Method.text),
		URL:           u,
		RequestHeader: harHeaders(e.Request.Headers),
		Status:        status,
		Header:        harHeaders(e.Response.Headers),
	}
	// Every client sends some headers. Where there are none, they were left out.
	exchange.Redacted = string(e.Redacted) == "true" || len(exchange.RequestHeader) == 0
	if exchange.RequestBody, omitted = e.Request.body(archive.bodies); omitted != nil {
		return traffic.Exchange{}, omitted
	}
	if exchange.Body, omitted = e.body(exchange, archive.bodies); omitted != nil {
		return traffic.Exchange{}, omitted
	}
	if e.Request.PostData != nil && len(exchange.RequestBody) > 0 {
		setMimeType(exchange.RequestHeader, e.Request.PostData.MimeType.text)
	}
	if len(exchange.Body) > 0 {
		setMimeType(exchange.Header, e.Response.Content.MimeType.text)
	}
	if size, ok := wholeNumber(e.Response.Content.Size); ok {
		dropWireLength(exchange.Header, exchange.Body, int64(size))
	}
	exchange.Began, exchange.Ended = e.times()
	return exchange, nil
}

// status returns the status of the response, or why there is none of the server's.
func (e *harEntry) status(maker string) (int, *OmittedError) {
	written := e.Response.Status
	status, ok := wholeNumber(written)
	switch {
	case !ok && len(written) > 0 && written.Kind() != jsontext.KindNull:
		return 0, &OmittedError{Reason: Unusable, Detail: "the status is not a whole number"}
	case status <= 0: // as writers give it to requests without a response
		return 0, &OmittedError{Reason: NoResponse}
	case status > 999:
		return 0, &OmittedError{Reason: Unusable, Detail: "the status is not one of HTTP"}
	case status == http.StatusNotModified || e.isNotOfServer(maker, e.Response.FetchedByWorker):
		return 0, &OmittedError{Reason: Cached}
	}
	return status, nil
}

// setMimeType takes the type of a body for its Content-Type, if all headers were left out.
func setMimeType(header http.Header, kind string) {
	if len(header) == 0 && strings.Contains(kind, "/") { // Chrome has x-unknown for none
		header.Set("Content-Type", kind)
	}
}

// body returns the body of a request, which an archive leaves out where there is none.
func (r *harRequest) body(beside bodies) ([]byte, *OmittedError) {
	switch {
	case r.PostData == nil:
		return nil, nil
	case r.PostData.File.text != "" && r.PostData.Text.text == "":
		return bodyBeside(beside, r.PostData.File.text)
	}
	return harBody(r.PostData.Text.text, r.PostData.Encoding.text), nil
}

// body returns the body of the response. One without a text was not recorded, unless there was none.
func (e *harEntry) body(exchange traffic.Exchange, beside bodies) ([]byte, *OmittedError) {
	content := e.Response.Content
	switch {
	case content.Text.text != "":
		return harBody(content.Text.text, content.Encoding.text), nil
	case content.File.text != "":
		return bodyBeside(beside, content.File.text)
	case hasNoBody(exchange.Method, exchange.Status), exchange.Header.Get("Content-Length") == "0":
		return nil, nil
	case content.Text.has && e.saysEmpty():
		return nil, nil
	}
	return nil, &OmittedError{Reason: NoBody}
}

// saysEmpty reports whether nothing in an entry with an empty text says that there was a body: writers leave it out
// and keep its size, or say with -1 that they do not know it.
func (e *harEntry) saysEmpty() bool {
	size, _ := wholeNumber(e.Response.Content.Size)
	sent, _ := wholeNumber(e.Response.BodySize)
	return size == 0 && sent <= 0
}

// bodyBeside returns a body that is in a file beside the archive.
func bodyBeside(beside bodies, name string) ([]byte, *OmittedError) {
	if beside == nil {
		return nil, &OmittedError{Reason: NoBody, Detail: "it is in a file beside the archive, whose folder is not known"}
	}
	body, err := beside.read(name)
	switch {
	case err == nil:
		return body, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, &OmittedError{Reason: NoBody, Detail: "the file that has it is missing"}
	case errors.Is(err, errOutside):
		return nil, &OmittedError{Reason: Unusable, Detail: err.Error()}
	}
	return nil, &OmittedError{Reason: Unreadable, Detail: err.Error()}
}

// harBody returns a body of which an archive has the text, or for what is not text the Base64 encoding.
func harBody(text, encoding string) []byte {
	if strings.EqualFold(encoding, "base64") {
		return decodeBase64(text)
	}
	if body, ok := decodePollyHex(text); ok {
		return body
	}
	return []byte(text)
}

// times returns when the request was sent and when the response had been read. Both are zero if the entry does not
// say both in a known form. Without times the checks take exchanges to have been one after the other.
func (e *harEntry) times() (began, ended time.Time) {
	began = harTime(e.Started)
	took, err := strconv.ParseFloat(string(e.Time), 64)
	if began.IsZero() || err != nil || took <= 0 || took >= maxTook {
		return time.Time{}, time.Time{}
	}
	return began, began.Add(time.Duration(math.Round(took * float64(time.Millisecond))))
}

// harTime returns the time of an entry, or zero if it has none in a known form.
func harTime(value jsontext.Value) time.Time {
	var text string
	if len(value) == 0 || json.Unmarshal(value, &text) != nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at
}

// wholeNumber returns a whole number, and reports whether the value is one of 32 bits.
func wholeNumber(value jsontext.Value) (int, bool) {
	number, err := strconv.ParseFloat(string(value), 64)
	if err != nil || math.Abs(number) > math.MaxInt32 || number != math.Trunc(number) {
		return 0, false
	}
	return int(number), true
}

// harHeaders returns headers without the pseudo-headers of HTTP/2, and splits what some writers join with line ends.
func harHeaders(list []harHeader) http.Header {
	headers := http.Header{}
	for _, h := range list {
		if h.Name.text == "" || strings.HasPrefix(h.Name.text, ":") {
			continue
		}
		for _, value := range strings.Split(h.Value.text, "\n") {
			headers.Add(h.Name.text, strings.TrimSpace(value))
		}
	}
	return headers
}
