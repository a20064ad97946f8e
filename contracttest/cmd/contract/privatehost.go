package main

import (
	"net/netip"
	"slices"
	"strings"

	"example.com/doimages/contracttest/traffic"
)

// privateSuffixes end names that only a private network gives to anything: .internal is reserved for that by ICANN
// (2024), and .local is for multicast DNS (RFC 6762) and ends the names in a Kubernetes cluster.
var privateSuffixes = []string{".internal", ".local"}

// isPrivateHost reports whether a host, without a port, can only be one of a private network, as far as that can be
// said without resolving it: whoever serves a name decides where it leads. An address is private if it is of RFC 1918,
// a unique local one of IPv6, a link-local one or that of this machine. A name is private if it ends as a private one
// does, or has no dot: such names do not belong into the public DNS (SAC053), and those of containers have none. The
// host of the API is none of these.
func isPrivateHost(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		address = address.Unmap()
		return address.IsPrivate() || address.IsLinkLocalUnicast() || address.IsLoopback()
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "" || isNumber(name) {
		return false
	}
	hasSuffix := func(suffix string) bool { return strings.HasSuffix(name, suffix) }
	return traffic.IsLoopback(name) || !strings.Contains(name, ".") || slices.ContainsFunc(privateSuffixes, hasSuffix)
}

// isNumber reports whether a name may be an address in another notation: resolvers take 134744072 and 0x8080808 for
// 8.8.8.8.
func isNumber(name string) bool {
	return strings.Trim(name, "0123456789") == "" || strings.HasPrefix(name, "0x")
}
