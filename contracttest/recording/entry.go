package recording

import (
	"fmt"
	"net/http"
	"strings"

	"example.com/doimages/contracttest/internal/redact"
)

// What a [Recorder] and a [Copy] do alike with an exchange.

// sizeOf returns how many bytes an exchange takes, with a sum for all that has no large part of its own.
func sizeOf(address, sent string, body []byte) int {
	const others = 2 << 10 // headers, of which only known ones are kept, and the fields of a cassette
	return others + len(address) + len(sent) + len(body)
}

// redactHeader takes secrets out of headers: out of their values, and of the names of those about the rate limit, which
// are kept whatever follows.
func redactHeader(secrets *redact.Redactor, header http.Header) {
	for name, values := range header {
		for i, value := range values {
			values[i] = secrets.Text(value)
		}
		if clean := secrets.Text(name); clean != name {
			delete(header, name)
			header[clean] = values
		}
	}
}

// statusLine returns a status with its standard text. The server's own text could be anything.
func statusLine(status int) string {
	return strings.TrimSpace(fmt.Sprint(status, " ", http.StatusText(status)))
}
