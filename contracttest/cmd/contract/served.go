package main

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/doimages/contracttest/traffic"
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
		"another host that serves the images API; may be given several times")
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
		base, err := traffic.ParseBase(address)
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
	u, err := url.Parse(host)
	if err != nil || u.Hostname() == "" || u.User != nil { // not quoted: it may have a password in it
		return errors.New(rule + ", such as proxy.example")
	}
	return fmt.Errorf("%s: write --host %s, or --base-url for all of the address", rule, u.Hostname())
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
