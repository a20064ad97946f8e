package recording

import (
	"encoding/json"
	"net/http"
	"strconv"
	"unicode/utf16"
)

// dropWireLength takes the Content-Length out of headers if a tool wrote the body again: the header then tells of the
// text as it was sent, and content.size of the text in the archive. The size of a truncated body fits, too, but that is
// not a whole JSON document: its length stays, for the checks to find.
func dropWireLength(header http.Header, body []byte, size int64) {
	length := header.Get("Content-Length")
	if length == "" || length == strconv.Itoa(len(body)) || len(body) == 0 {
		return
	}
	fits := size == int64(len(body)) || size == int64(len(utf16.Encode([]rune(string(body))))) // as JavaScript counts
	if fits && json.Valid(body) {
		header.Del("Content-Length")
	}
}
