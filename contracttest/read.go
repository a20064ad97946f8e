package contracttest

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// ReadFile reads the exchanges of a recording and hands each to f: of an HTTP Archive, whose name ends in .har, or of a
// go-vcr cassette. It returns how many entries of an archive had no answer or no body to check, which for a cassette is
// 0. An error of f ends the reading and is returned.
func ReadFile(file string, f func(Exchange) error) (left int, err error) {
	withFile := func(e Exchange) error {
		e.File = file
		return f(e)
	}
	if strings.EqualFold(filepath.Ext(file), ".har") {
		archive, err := os.Open(file)
		if err != nil {
			return 0, err
		}
		defer archive.Close()
		return ReadHAR(archive, filepath.Base(file), withFile)
	}
	exchanges, err := ReadCassette(file)
	if err != nil {
		return 0, err
	}
	for _, exchange := range exchanges {
		if err := withFile(exchange); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

// IsImagesAPI reports whether an exchange is with the images API: of DigitalOcean, on a loopback host or on one of the
// hosts given. A recording of a service's traffic holds others too, and that of a browser the OPTIONS which it sends
// ahead.
func IsImagesAPI(e Exchange, hosts ...string) bool {
	if e.URL == nil || strings.EqualFold(e.Method, http.MethodOptions) {
		return false
	}
	if path := e.URL.Path; path != "/v2/images" && !strings.HasPrefix(path, "/v2/images/") {
		return false
	}
	host := e.URL.Hostname()
	for _, known := range append([]string{"api.digitalocean.com", "localhost"}, hosts...) {
		if strings.EqualFold(host, known) {
			return true
		}
	}
	return net.ParseIP(host).IsLoopback()
}
