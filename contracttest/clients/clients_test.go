//go:build clients

// The clients of this file come from package registries: Go's module proxy, npm and Debian. One that cannot be had is
// skipped, with the reason. README.md has a table of what they do.

package clients

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/gen"
)

// client is a client of others, and what it is known to do.
type client struct {
	npm    string                                             // the package and version that npm installs
	needs  []string                                           // a command that succeeds where the client is installed
	run    []string                                           // runs it; the address and the token follow
	drive  func(t *testing.T, dir, url string) map[string]any // runs it, in place of a command
	absent string                                             // why it cannot be had at all

	untagged bool              // images must have no tags
	lacks    []string          // results that it has no call for, or that its own fault keeps it from
	differs  map[string]string // results that differ, by its own fault
	findings []string          // of its requests
	waits    bool              // it waits at /v2/actions
}

var clients = map[string]client{
	"godo": {
		drive: driveGodo,
		waits: true,
	},
	"doctl": {
		drive: driveDoctl,
		lacks: []string{"tagged"},
		waits: true,
	},
	"dots": {
		npm:      "@digitalocean/dots@1.19.0",
		run:      []string{"node", "dots.mjs"},
		untagged: true, // it cannot decode lists of strings that are no enum: tags, and the features of regions
		lacks:    []string{"tagged", "transferred"},
		findings: []string{"breaking duplicate-key imageActions_post: request body/type"}, // it writes both of the schemas
	},
	"dots-wrapper": {
		npm:      "dots-wrapper@3.12.12",
		run:      []string{"node", "dots-wrapper.mjs"},
		differs:  map[string]string{"renamed": "405"}, // it sends a POST
		findings: []string{"note undocumented-operation : request"},
		waits:    true,
	},
	"do-wrapper": {
		npm:   "do-wrapper@4.5.1",
		run:   []string{"node", "do-wrapper.mjs"},
		lacks: []string{"created", "imported", "distributions", "applications", "own"},
		waits: true,
	},
	"digitalocean": {
		npm:   "digitalocean@1.2.1",
		run:   []string{"node", "digitalocean.mjs"},
		lacks: []string{"created", "imported"},
		findings: []string{ // it sends the body of an update again with each request that follows
			"note request imageActions_get: request body",
			"note request images_delete: request body",
			"note request images_get: request body",
		},
	},
	"digitalocean-js": {
		npm:   "digitalocean-js@2.1.2",
		run:   []string{"node", "digitalocean-js.mjs"},
		lacks: []string{"created", "imported", "tagged"},
		waits: true,
	},
	"python-digitalocean": {
		needs: []string{"/usr/bin/python3", "-c", "import digitalocean"},
		run:   []string{"/usr/bin/python3", "python-digitalocean.py"},
		lacks: []string{"tagged"},
		findings: []string{
			"drift null images_create_custom: request body/description",
			"drift undocumented-parameter images_get: request query per_page",
			"note request images_delete: request body",
			"note request-path imageActions_post: request",
			"note request-path images_delete: request",
			"note request-path images_list: request",
			"note undocumented-parameter images_get: request query per_page",
		},
		waits: true,
	},
	"apache-libcloud": {
		needs: []string{"/usr/bin/python3", "-c", "import libcloud"},
		run:   []string{"/usr/bin/python3", "apache-libcloud.py"},
		lacks: []string{
			"distributions", "applications", "own", "tagged", "created", "imported", "renamed", "transferred", "copied",
		},
		findings: []string{
			"drift undocumented-parameter images_delete: request query per_page",
			"drift undocumented-parameter images_get: request query per_page",
			"note undocumented-parameter images_get: request query per_page",
		},
	},
	"ansible": {
		needs: []string{"ansible-doc", "community.digitalocean.digital_ocean_image_info"},
		drive: driveAnsible,
		lacks: []string{"slug", "created", "imported", "renamed", "transferred", "copied", "deleted", "tagged"},
		findings: []string{
			"note request images_list: request body",
		},
	},
	"pydo":             {absent: "only PyPI has it"},
	"droplet_kit":      {absent: "only RubyGems has it"},
	"fog-digitalocean": {absent: "only RubyGems has it"},
}

// images is how many images the fake has: several pages to every client, also to those that ask for 200 a page.
const images = 450

// expected returns the results of a client that does everything.
func expected() map[string]any {
	counts := map[string]float64{}
	for _, image := range fakeapi.New(fakeapi.WithCatalogue(images, 1)).Images() {
		counts["listed"]++
		switch image.Type {
		case gen.ImageTypeBase:
			counts["distributions"]++
		case gen.ImageTypeApplication:
			counts["applications"]++
		default:
			counts["own"]++
		}
		for _, tag := range image.Tags {
			if tag == "fleet" {
				counts["tagged"]++
			}
		}
	}
	want := map[string]any{
		"slug":        "ubuntu-24-04-x64",
		"created":     "NEW",
		"imported":    "available",
		"renamed":     "renamed",
		"transferred": "completed",
		"copied":      true, // the image is then in the region too
		"deleted":     "404",
	}
	for name, count := range counts {
		want[name] = count
	}
	return want
}

// TestClients has clients create an image, wait for it, list, filter, rename, transfer, wait and delete, each behind a
// proxy in front of a fake of its own.
func TestClients(t *testing.T) {
	contract := buildContract(t)
	for name, client := range clients {
		t.Run(name, func(t *testing.T) {
			dir := client.install(t)
			target, fakeLog := client.startFake(t, contract)
			url, report := contract.proxy(t, target)
			got := client.results(t, dir, url)
			want := expected()
			for _, name := range client.lacks {
				delete(want, name)
			}
			for name, result := range client.differs {
				want[name] = result
			}
			assert.Equal(t, want, got)

			checked := report()
			assert.NotZero(t, checked.Exchanges)
			assert.Zero(t, checked.Skipped)
			assert.ElementsMatch(t, client.findings, checked.kinds(), "%+v", checked.Findings)
			if client.waits {
				assert.Contains(t, fakeLog(), "/v2/actions/", "nothing was asked beside /v2/images")
			}
		})
	}
}

// install skips the test of a client that cannot be had. It returns a folder with the client and our scripts.
func (c client) install(t *testing.T) (dir string) {
	t.Helper()
	if c.absent != "" {
		t.Skipf("it cannot be had: %s", c.absent)
	}
	if len(c.needs) > 0 {
		need(t, t.Name(), c.needs[0], c.needs[1:]...)
	}
	dir = t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata")))
	if c.npm != "" {
		npmInstall(t, dir, c.npm)
	}
	return dir
}

// startFake starts the fake of a client. The second result stops it, and returns the log of its requests.
func (c client) startFake(t *testing.T, contract program) (url string, log func() string) {
	t.Helper()
	if c.untagged {
		images := fakeapi.New(fakeapi.WithCatalogue(images, 1)).Images()
		for i := range images {
			images[i].Tags = []string{}
		}
		fake := httptest.NewServer(fakeapi.New(fakeapi.WithImages(images...), fakeapi.WithImportTime(time.Second),
			fakeapi.WithActionTime(time.Second)))
		t.Cleanup(fake.Close)
		return fake.URL, nil
	}
	fake := contract.start(t, "serve", "--images", "450", "--import-time", "1s", "--action-time", "1s")
	return fake.url, func() string {
		fake.stop()
		return fake.log.String()
	}
}

// results runs a client.
func (c client) results(t *testing.T, dir, url string) map[string]any {
	t.Helper()
	var text []byte
	if c.drive != nil {
		var err error
		text, err = json.Marshal(c.drive(t, dir, url))
		require.NoError(t, err)
	} else {
		text = command(t, dir, c.run[0], append(c.run[1:], url, fakeapi.Token)...)
	}
	var results map[string]any
	require.NoError(t, json.Unmarshal(text, &results), string(text))
	return results
}

// driveAnsible runs a playbook, which writes its results to a file.
func driveAnsible(t *testing.T, dir, url string) map[string]any {
	t.Helper()
	command(t, dir, "ansible-playbook", "--inventory", "localhost,", "--extra-vars", "url="+url+" token="+fakeapi.Token,
		"--extra-vars", "ansible_python_interpreter=/usr/bin/python3", "ansible.yml")
	text, err := os.ReadFile(filepath.Join(dir, "results.json"))
	require.NoError(t, err)
	var results map[string]any
	require.NoError(t, json.Unmarshal(text, &results), string(text))
	return results
}
