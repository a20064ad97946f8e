package traffic

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"example.com/doimages/openapi"
)

// imagesPath is the path of the images API, without anything below it.
const imagesPath = "/v2/images"

// IsImagesAPI reports whether an exchange is with the images API: of DigitalOcean, on a loopback host, or on one of
// the hosts given. Those are names without a port. The OPTIONS requests that a browser sends ahead are not: the API
// does not document them.
func IsImagesAPI(e Exchange, hosts ...string) bool {
	if e.URL == nil || strings.EqualFold(e.Method, http.MethodOptions) || !IsImagesPath(e.URL.Path) {
		return false
	}
	host := e.URL.Hostname()
	isHost := func(known string) bool { return strings.EqualFold(host, known) }
	return isHost(openapi.Host) || IsLoopback(host) || slices.ContainsFunc(hosts, isHost)
}

// IsImagesPath reports whether a path is /v2/images or below it. A slash may be repeated: servers differ in what they
// make of that, and clients that join paths send it.
func IsImagesPath(path string) bool {
	path = singleSlashes(path)
	return path == imagesPath || strings.HasPrefix(path, imagesPath+"/")
}

// IsLoopback reports whether a host, without a port, is this machine: localhost, or an address such as 127.0.0.1 or
// ::1. A name that only resolves to one is not: whoever serves the name decides that.
func IsLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
