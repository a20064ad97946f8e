package traffic_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
)

func TestIsImagesAPI(t *testing.T) {
	for name, test := range map[string]struct {
		method string // GET if empty
		url    string
		hosts  []string
		want   bool
	}{
		"the API":               {url: "https://api.digitalocean.com/v2/images", want: true},
		"an image":              {url: "https://api.digitalocean.com/v2/images/1?a=b", want: true},
		"repeated slashes":      {url: "https://api.digitalocean.com//v2///images", want: true},
		"a slash at the end":    {url: "https://api.digitalocean.com/v2/images/", want: true},
		"an encoded letter":     {url: "https://api.digitalocean.com/v2/%69mages/42", want: true},
		"a host in capitals":    {url: "https://API.DigitalOcean.com/v2/images", want: true},
		"a port":                {url: "https://api.digitalocean.com:443/v2/images", want: true},
		"a loopback host":       {url: "http://127.0.0.1:8080/v2/images", want: true},
		"localhost":             {url: "http://localhost/v2/images", want: true},
		"a host that is given":  {url: "https://b.example:8443/v2/images", hosts: []string{"a.example", "B.example"}, want: true},
		"another method":        {method: http.MethodDelete, url: "https://api.digitalocean.com/v2/images/1", want: true},
		"another host":          {url: "https://b.example/v2/images", hosts: []string{"a.example"}},
		"a host that begins so": {url: "https://api.digitalocean.com.example/v2/images"},
		"another path":          {url: "https://api.digitalocean.com/v2/droplets"},
		"a path that begins so": {url: "https://api.digitalocean.com/v2/imagesque"},
		"a preflight":           {method: http.MethodOptions, url: "https://api.digitalocean.com/v2/images"},
		"a preflight in lower":  {method: "options", url: "https://api.digitalocean.com/v2/images"},
	} {
		exchange := traffic.Exchange{Method: test.method}
		testkit.SetURL(test.url)(&exchange)
		assert.Equal(t, test.want, traffic.IsImagesAPI(exchange, test.hosts...), name)
	}
	assert.False(t, traffic.IsImagesAPI(traffic.Exchange{}), "without a URL")
}

func TestIsImagesAPILeavesTheHostsAlone(t *testing.T) {
	hosts := []string{"a.example", "b.example", "c.example"}
	exchange := traffic.Exchange{}
	testkit.SetURL("https://localhost/v2/images")(&exchange)
	assert.True(t, traffic.IsImagesAPI(exchange, hosts[:1]...))
	testkit.SetURL("https://b.example/v2/images")(&exchange)
	assert.False(t, traffic.IsImagesAPI(exchange, hosts[:1]...))
	assert.Equal(t, []string{"a.example", "b.example", "c.example"}, hosts)
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost":           true,
		"LocalHost":           true,
		"127.0.0.1":           true,
		"127.255.255.254":     true,
		"::1":                 true,
		"::ffff:127.0.0.1":    true,
		"0:0:0:0:0:0:0:1":     true,
		"":                    false,
		"0.0.0.0":             false,
		"::":                  false,
		"10.0.0.1":            false,
		"128.0.0.1":           false,
		"127.1":               false,
		"127.0.0.1:80":        false,
		"[::1]":               false,
		"localhost.example":   false,
		"127.0.0.1.example":   false,
		"sub.localhost":       false,
		"api.digitalocean.co": false,
	} {
		assert.Equal(t, want, traffic.IsLoopback(host), host)
	}
}
