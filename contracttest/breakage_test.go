package contracttest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"example.com/doimages/contracttest/internal/testkit"
)

type breakage func(next http.RoundTripper) http.RoundTripper

type object = map[string]any

// always matches every exchange.
func always(*http.Request, *http.Response) bool { return true }

func status(code int) func(*http.Request, *http.Response) bool {
	return func(_ *http.Request, r *http.Response) bool { return r.StatusCode == code }
}

// method matches what succeeded: any GET, and of other methods what is about actions.
func method(name string) func(*http.Request, *http.Response) bool {
	return func(r *http.Request, resp *http.Response) bool {
		if r.Method != name || resp.StatusCode >= 300 {
			return false
		}
		return name == http.MethodGet || strings.HasSuffix(r.URL.Path, "/actions")
	}
}

// at matches exchanges whose path ends in this.
func at(suffix string) func(*http.Request, *http.Response) bool {
	return func(r *http.Request, _ *http.Response) bool { return strings.HasSuffix(r.URL.Path, suffix) }
}

func isList(r *http.Request, resp *http.Response) bool {
	return resp.StatusCode == 200 && r.URL.Path == "/v2/images"
}

func onPage(page int) func(*http.Request, *http.Response) bool {
	return func(r *http.Request, resp *http.Response) bool {
		return isList(r, resp) && r.URL.Query().Get("page") == strconv.Itoa(page)
	}
}

func isImage(r *http.Request, resp *http.Response) bool {
	return resp.StatusCode < 300 && strings.Count(r.URL.Path, "/") == 3 && r.Method != http.MethodDelete
}

func isActions(r *http.Request, resp *http.Response) bool {
	return resp.StatusCode == 200 && strings.HasSuffix(r.URL.Path, "/actions") && r.Method == http.MethodGet
}

func isTransfer(r *http.Request, resp *http.Response) bool {
	return resp.StatusCode == 201 && strings.HasSuffix(r.URL.Path, "/account_transfer")
}

// request changes the requests before the fake reads them.
func request(change func(*http.Request, url.Values)) breakage {
	return func(next http.RoundTripper) http.RoundTripper {
		return testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			changed := req.Clone(req.Context())
			query := changed.URL.Query()
			change(changed, query)
			changed.URL.RawQuery = query.Encode()
			return next.RoundTrip(changed)
		})
	}
}

func requestBody(method, old, new string) breakage {
	return func(next http.RoundTripper) http.RoundTripper {
		return testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			changed := req.Clone(req.Context())
			if req.Method == method {
				body, _ := io.ReadAll(req.Body)
				changed.Body = io.NopCloser(strings.NewReader(strings.Replace(string(body), old, new, 1)))
			}
			return next.RoundTrip(changed)
		})
	}
}

// response changes the responses that match.
func response(matches func(*http.Request, *http.Response) bool, change func(*http.Response, []byte) []byte) breakage {
	return func(next http.RoundTripper) http.RoundTripper {
		return testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil || !matches(req, resp) {
				return resp, err
			}
			body, _ := io.ReadAll(resp.Body)
			body = change(resp, body)
			resp.Body = io.NopCloser(bytes.NewReader(body))
			resp.ContentLength = int64(len(body))
			if resp.Header.Get("Content-Length") != "" {
				resp.Header.Set("Content-Length", strconv.Itoa(len(body))) // only what a fake is meant to break is broken
			}
			return resp, nil
		})
	}
}

func body(matches func(*http.Request, *http.Response) bool, change func(object)) breakage {
	return response(matches, func(_ *http.Response, body []byte) []byte {
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		var decoded object
		if decoder.Decode(&decoded) != nil {
			return body
		}
		change(decoded)
		body, _ = json.Marshal(decoded)
		return body
	})
}

func changeLinks(change func(object)) breakage {
	return body(isList, func(b object) { change(b["links"].(object)["pages"].(object)) })
}

// inImages changes every image, in lists and by itself.
func inImages(change func(object)) breakage {
	return body(always, func(b object) {
		if image, ok := b["image"].(object); ok {
			change(image)
		}
		list, _ := b["images"].([]any)
		for _, image := range list {
			change(image.(object))
		}
	})
}

// otherImagesActions serves an action under the id of any image.
func otherImagesActions() breakage {
	home := ""
	return request(func(r *http.Request, q url.Values) {
		parts := strings.Split(r.URL.Path, "/")
		switch {
		case len(parts) == 5 && r.Method == http.MethodPost:
			home = parts[3]
		case len(parts) == 6 && home != "":
			r.URL.Path = fmt.Sprintf("/v2/images/%s/actions/%s", home, parts[5])
		}
	})
}

// resurrection goes on serving the image that was read last.
func resurrection() breakage {
	return func(next http.RoundTripper) http.RoundTripper {
		var last []byte
		var header http.Header
		return testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil || req.Method != http.MethodGet || strings.Count(req.URL.Path, "/") != 3 {
				return resp, err
			}
			if resp.StatusCode == 200 {
				last, _ = io.ReadAll(resp.Body)
				header = resp.Header
			} else {
				resp.StatusCode, resp.Status, resp.Header = 200, "200 OK", header
			}
			resp.Body = io.NopCloser(bytes.NewReader(last))
			return resp, nil
		})
	}
}
