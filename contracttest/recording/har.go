package recording

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/doimages/contracttest/traffic"
)

// ReadHAR reads the exchanges of an HTTP Archive (HAR 1.2), as browsers, mitmproxy and Playwright write it. It holds one
// entry at a time, whatever the size of the archive. The source begins the name of each exchange, such as session.har#3.
//
// An entry that cannot be checked, such as a request that was blocked, is yielded as an [OmittedError]. Any other error
// ends the sequence and comes last. Errors name the place and never what stands there: archives hold secrets.
func ReadHAR(r io.Reader, source string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		if err := readHAR(r, source, yield); err != nil {
			yield(traffic.Exchange{}, err)
		}
	}
}

// readHAR yields the entries of an archive, until the caller stops. It returns the error that ends the sequence.
func readHAR(r io.Reader, source string, yield func(traffic.Exchange, error) bool) error {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = buffered.Discard(3)
	}
	decoder := json.NewDecoder(buffered)
	fail := func(err error) error {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the file ends too early")
		}
		var wrongType *json.UnmarshalTypeError
		if errors.As(err, &wrongType) {
			err = fmt.Errorf("%s is a %s", wrongType.Field, strings.Fields(wrongType.Value + " ?")[0])
		}
		return fmt.Errorf("%s: no HTTP Archive: at byte %d: %w", source, decoder.InputOffset(), err)
	}
	for _, key := range []string{"log", "entries"} {
		if err := enter(decoder, key); err != nil {
			return fail(err)
		}
	}
	if token, err := decoder.Token(); err != nil || token != json.Delim('[') {
		return fail(errors.Join(err, errors.New("entries is no array")))
	}
	for index := 0; decoder.More(); index++ {
		var entry harEntry
		if err := decoder.Decode(&entry); err != nil {
			return fail(err)
		}
		exchange, err := entry.exchange(fmt.Sprintf("%s#%d", source, index))
		var omitted *OmittedError
		if err != nil && !errors.As(err, &omitted) {
			return err
		}
		if !yield(exchange, err) {
			return nil
		}
	}
	if _, err := decoder.Token(); err != nil {
		return fail(err)
	}
	return nil
}

// enter reads on to the value of a key in the object that comes next.
func enter(decoder *json.Decoder, key string) error {
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return errors.Join(err, errors.New("there is no object"))
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		if name == key {
			return nil
		}
		if err := skip(decoder); err != nil {
			return err
		}
	}
	return fmt.Errorf("there is no %s", key)
}

// skip passes over one value without holding it.
func skip(decoder *json.Decoder) error {
	for depth := 0; ; {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

type harEntry struct {
	Started any `json:"startedDateTime"`
	Time    any `json:"time"`       // milliseconds
	Cache   any `json:"_fromCache"` // that of the browser, where it answered
	Request struct {
		Method   string      `json:"method"`
		URL      string      `json:"url"`
		Headers  []harHeader `json:"headers"`
		PostData *struct {
			Text     string `json:"text"`
			Encoding string `json:"encoding"`
		} `json:"postData"`
	} `json:"request"`
	Response struct {
		Status  int         `json:"status"`
		Headers []harHeader `json:"headers"`
		Content struct {
			Size     int64   `json:"size"`
			Text     *string `json:"text"`
			Encoding string  `json:"encoding"`
			MimeType string  `json:"mimeType"`
		} `json:"content"`
	} `json:"response"`
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
		return traffic.Exchange{}, fmt.Errorf("%s: the URL of the request is none", source)
	}
	if reason := e.omitted(); reason != "" {
		return traffic.Exchange{}, &OmittedError{Source: source, Reason: reason}
	}
	content := e.Response.Content
	exchange := traffic.Exchange{
		Source:        source,
		Method:        strings.ToUpper(e.Request.Method),
		URL:           u,
		RequestHeader: harHeaders(e.Request.Headers),
		Status:        e.Response.Status,
		Header:        harHeaders(e.Response.Headers),
	}
	if e.Request.PostData != nil {
		if exchange.RequestBody, err = harText(e.Request.PostData.Text, e.Request.PostData.Encoding); err != nil {
			return traffic.Exchange{}, fmt.Errorf("%s: the body of the request: %w", source, err)
		}
	}
	if content.Text != nil {
		if exchange.Body, err = harText(*content.Text, content.Encoding); err != nil {
			return traffic.Exchange{}, fmt.Errorf("%s: the body of the response: %w", source, err)
		}
	}
	if len(exchange.Header) == 0 && content.MimeType != "" && len(exchange.Body) > 0 {
		exchange.Header.Set("Content-Type", content.MimeType) // some writers leave the headers out
	}
	text, _ := e.Started.(string)
	began, err := time.Parse(time.RFC3339, text)
	if took, ok := e.Time.(float64); ok && err == nil && 0 < took && took < 1e9 {
		exchange.Began, exchange.Ended = began, began.Add(time.Duration(took*float64(time.Millisecond)))
	}
	return exchange, nil
}

// omitted returns why there is nothing to check, or nothing where there is.
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

// isFromCache reports whether a browser's cache answered, and not the server.
func (e *harEntry) isFromCache() bool {
	return e.Cache != nil || e.Response.Status == http.StatusNotModified
}

// lacksBody reports whether there was a body that the writer left out of the file.
func (e *harEntry) lacksBody() bool {
	content := e.Response.Content
	if content.Text != nil && *content.Text != "" {
		return false
	}
	if content.Size < 0 { // the writer does not know
		hasNone := e.Response.Status == http.StatusNoContent || strings.EqualFold(e.Request.Method, http.MethodHead)
		return !hasNone
	}
	return content.Size > 0
}

func harText(text, encoding string) ([]byte, error) {
	if !strings.EqualFold(encoding, "base64") {
		return []byte(text), nil
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("it is no base64")
	}
	return body, nil
}

// harHeaders leaves out the pseudo-headers of HTTP/2, and splits what some writers join with line ends.
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
