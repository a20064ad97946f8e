package traffic

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"example.com/doimages/openapi"
)

// IsImagesAPI reports whether an exchange is with the images API: of DigitalOcean, on a loopback host or on one of the
// hosts given. A recording of a service's traffic holds others too, and that of a browser the OPTIONS requests which it
// sends ahead.
func IsImagesAPI(e Exchange, hosts ...string) bool {
	if e.URL == nil || strings.EqualFold(e.Method, http.MethodOptions) || !IsImagesPath(e.URL.Path) {
		return false
	}
	host := e.URL.Hostname()
	isHost := func(known string) bool { return strings.EqualFold(host, known) }
	return isHost(openapi.Host) || IsLoopback(host) || slices.ContainsFunc(hosts, isHost)
}

// IsImagesPath reports whether a path is /v2/images or below it.
func IsImagesPath(path string) bool {
	return path == "/v2/images" || strings.HasPrefix(path, "/v2/images/")
}

// IsLoopback reports whether a host, without a port, is this machine: localhost, or an address such as 127.0.0.1 or ::1.
func IsLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
