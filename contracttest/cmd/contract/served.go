package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// served says which servers serve the images API, beside those that traffic.IsImagesAPI knows.
type served struct {
	hosts []string
	bases []traffic.Base
}

// servedOptions are the flags of a served.
type servedOptions struct {
	hosts    []string
	baseURLs []string // of servers that have the API below a path
}

func (o *servedOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&o.hosts, "host", nil,
		"another host that serves the images API, beside "+openapi.Host+" and loopback\n"+
			"(localhost, 127.0.0.1, ::1; on any port); may be given several times")
	flags.StringArrayVar(&o.baseURLs, "base-url", nil,
		"another address that serves the images API, with the path before /v2/images,\n"+
			"such as https://proxy.example/do; may be given several times")
}

// parse reads the values of the flags.
func (o servedOptions) parse() (served, error) {
	s := served{hosts: o.hosts}
	for _, host := range o.hosts {
		if err := checkHost(host); err != nil {
			return served{}, fmt.Errorf("--host: %w", err)
		}
	}
	for _, address := range o.baseURLs {
		base, err := parseBase(address)
		if err != nil {
			return served{}, fmt.Errorf("--base-url: %w", err)
		}
		s.bases = append(s.bases, base)
	}
	return s, nil
}

// checkHost returns what is wrong with a host. What is more than a name matches no exchange, so that a recording would
// be skipped without a word.
func checkHost(host string) error {
	if _, err := netip.ParseAddr(host); err == nil { // of IPv6 it has colons
		return nil
	}
	if host != "" && !strings.ContainsAny(host, "/:@[] ?#") {
		return nil
	}
	const rule = "it is a name without scheme, port and path"
	name := hostOf(host)
	switch {
	case name == "":
		return errors.New(rule + ", such as proxy.example")
	case traffic.IsLoopback(name):
		return fmt.Errorf("%s: %s needs no --host, since loopback counts on any port; --base-url is for one with a path",
			rule, name)
	}
	return fmt.Errorf("%s: write --host %s, or --base-url for all of the address", rule, name)
}

// hostOf returns the host of an address with a scheme or a port; "" if it has none, or may have a password in it.
func hostOf(address string) string {
	if strings.Contains(address, "@") {
		return ""
	}
	if name, port, err := net.SplitHostPort(address); err == nil && isNumber(port) {
		return name
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// parseBase returns the base of an address. It also refuses one with the path of the API at its end, after whatever is
// before it: a client would not ask for that path twice.
func parseBase(address string) (traffic.Base, error) {
	base, err := traffic.ParseBase(address)
	if err != nil {
		return base, err
	}
	if strings.HasSuffix(base.URL().Path, "/v2/images") {
		return traffic.Base{}, errors.New("/v2/images is added to it: write it without that") // its path may be a key
	}
	return base, nil
}

// withBase also knows a base, such as that of a provenance; an empty one is none.
func (s served) withBase(address string) (served, error) {
	if address == "" {
		return s, nil
	}
	base, err := traffic.ParseBase(address)
	if err != nil {
		return s, err
	}
	s.bases = append(slices.Clip(s.bases), base)
	return s, nil
}

// isHost reports whether a URL is one of a server that has the images API, whatever its path.
func (s served) isHost(u *url.URL) bool {
	ofImages := *u
	ofImages.Path, ofImages.RawPath = "/v2/images", ""
	isBase := func(base traffic.Base) bool {
		return u.Scheme == base.URL().Scheme && traffic.SameServer(u, base.URL())
	}
	return traffic.IsImagesAPI(traffic.Exchange{URL: &ofImages}, s.hosts...) || slices.ContainsFunc(s.bases, isBase)
}

// exchange returns an exchange as the contract knows it, and reports whether it is with the images API.
func (s served) exchange(e traffic.Exchange) (traffic.Exchange, bool) {
	for _, base := range s.bases {
		if stripped, ok := base.Exchange(e); ok {
			return stripped, traffic.IsImagesAPI(stripped, stripped.URL.Hostname())
		}
	}
	return e, traffic.IsImagesAPI(e, s.hosts...)
}
