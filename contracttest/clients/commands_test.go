//go:build clients

// The tests of this file need more than Go and make, or long to compile. doctl is built from source. dots needs node and
// npm; the Terraform provider needs terraform. A test whose tool is missing is skipped, and says so.

package clients

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
)

// command runs a program in a folder and returns its standard output. A program that fails ends the test.
func command(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "HOME="+dir) // the configuration of whoever runs this must not count
	out, err := c.Output()
	if err != nil {
		stderr := ""
		if exit, ok := err.(*exec.ExitError); ok {
			stderr = string(exit.Stderr)
		}
		t.Fatalf("%s %v: %v\n%s%s", name, args, err, out, stderr)
	}
	return out
}

// write writes a file into a folder.
func write(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
}

func TestDoctl(t *testing.T) {
	server := serve(t, fakeapi.WithImportPolls(1), fakeapi.WithActionPolls(1))
	dir := t.TempDir()
	doctl := filepath.Join(dir, "doctl")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", doctl, "github.com/digitalocean/doctl/cmd/doctl")
	build.Dir = "doctl"
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	type image struct {
		ID      int      `json:"id"`
		Name    string   `json:"name"`
		Status  string   `json:"status"`
		Regions []string `json:"regions"`
		Public  bool     `json:"public"`
	}
	run := func(into any, args ...string) {
		args = append(args, "--access-token", fakeapi.Token, "--api-url", server.URL, "--output", "json")
		if out := command(t, dir, doctl, args...); into != nil {
			require.NoError(t, json.Unmarshal(out, into), string(out))
		}
	}
	var all, own, distributions, applications, one []image
	run(&all, "compute", "image", "list", "--public")
	run(&own, "compute", "image", "list-user")
	run(&distributions, "compute", "image", "list-distribution", "--public")
	run(&applications, "compute", "image", "list-application", "--public")
	assert.Len(t, all, 60)
	assert.Len(t, all, len(own)+len(distributions)+len(applications))
	run(&one, "compute", "image", "get", "ubuntu-24-04-x64")
	require.Len(t, one, 1)
	assert.True(t, one[0].Public)

	run(&one, "compute", "image", "create", "new", "--image-url", "https://example.com/a.img",
		"--region", "nyc3", "--image-distribution", "Ubuntu")
	require.Len(t, one, 1)
	id := fmt.Sprint(one[0].ID)
	run(&one, "compute", "image", "get", id)
	assert.Equal(t, "available", one[0].Status)
	run(&one, "compute", "image", "update", id, "--image-name", "renamed")
	assert.Equal(t, "renamed", one[0].Name)

	var action []struct {
		ID     int    `json:"id"`
		Status string `json:"status"`
	}
	run(&action, "compute", "image-action", "transfer", id, "--region", "fra1")
	require.Len(t, action, 1)
	run(&action, "compute", "image-action", "get", id, "--action-id", fmt.Sprint(action[0].ID))
	assert.Equal(t, "completed", action[0].Status)
	run(&one, "compute", "image", "get", id)
	assert.Equal(t, []string{"nyc3", "fra1"}, one[0].Regions)
	run(nil, "compute", "image", "delete", id, "--force")
	run(&own, "compute", "image", "list-user")
	for _, image := range own {
		assert.NotEqual(t, id, fmt.Sprint(image.ID))
	}
}

const dotsScript = `
import { createDigitalOceanClient, DigitalOceanApiKeyAuthenticationProvider } from "@digitalocean/dots";
import { FetchRequestAdapter } from "@microsoft/kiota-http-fetchlibrary";
const [url, token] = process.argv.slice(2);
const adapter = new FetchRequestAdapter(new DigitalOceanApiKeyAuthenticationProvider(token));
adapter.baseUrl = url;
const images = createDigitalOceanClient(adapter).v2.images;
const page = await images.get({ queryParameters: { perPage: 200 } });
const create = await images.post({ name: "new", url: "https://example.com/a.img", region: "nyc3", distribution: "Ubuntu" });
const id = create.image.id;
const got = await images.byImage_id(id).get();
const updated = await images.byImage_id(id).put({ name: "renamed" });
await images.byImage_id(id).delete();
let gone = "";
try { await images.byImage_id(id).get(); } catch (e) { gone = String(e.responseStatusCode ?? e.id ?? e); }
console.log(JSON.stringify({ total: page.meta.total, listed: page.images.length, created: create.image.status,
  got: got.image.status, name: updated.image.name, gone }));
`

func TestDots(t *testing.T) {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	// dots 1.19.0 cannot decode an image with a tag: it asks its JSON parser for values without a type.
	images := fakeapi.New().Images()
	for i := range images {
		images[i].Tags = []string{}
	}
	server := serve(t, fakeapi.WithImages(images...), fakeapi.WithImportPolls(1))
	dir := t.TempDir()
	write(t, dir, "package.json", `{"type":"module","dependencies":{"@digitalocean/dots":"1.19.0"}}`)
	write(t, dir, "images.js", dotsScript)
	install := exec.CommandContext(t.Context(), "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")
	install.Dir = dir
	out, err := install.CombinedOutput()
	require.NoError(t, err, string(out))
	var got struct {
		Total, Listed            int
		Created, Got, Name, Gone string
	}
	require.NoError(t, json.Unmarshal(command(t, dir, "node", "images.js", server.URL, fakeapi.Token), &got))
	assert.Equal(t, 60, got.Total)
	assert.Equal(t, 60, got.Listed)
	assert.Equal(t, []string{"NEW", "available", "renamed"}, []string{got.Created, got.Got, got.Name})
	assert.NotEmpty(t, got.Gone)
}

const terraformConfig = `
terraform {
  required_providers {
    digitalocean = { source = "digitalocean/digitalocean", version = "~> 2.0" }
  }
}
provider "digitalocean" {
  token        = %q
  api_endpoint = %q
}
data "digitalocean_image" "one" { slug = "ubuntu-24-04-x64" }
data "digitalocean_images" "ubuntu" {
  filter {
    key    = "distribution"
    values = ["Ubuntu"]
  }
}
output "one" { value = data.digitalocean_image.one.name }
output "ubuntu" { value = length(data.digitalocean_images.ubuntu.images) }
`

func TestTerraform(t *testing.T) {
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("terraform is not installed")
	}
	server := serve(t)
	dir := t.TempDir()
	write(t, dir, "main.tf", fmt.Sprintf(terraformConfig, fakeapi.Token, server.URL))
	init := exec.CommandContext(t.Context(), "terraform", "init", "-no-color", "-input=false")
	init.Dir = dir
	if out, err := init.CombinedOutput(); err != nil {
		t.Skipf("terraform cannot install its provider: %s", out)
	}
	command(t, dir, "terraform", "apply", "-no-color", "-input=false", "-auto-approve")
	var outputs map[string]struct{ Value any }
	require.NoError(t, json.Unmarshal(command(t, dir, "terraform", "output", "-json"), &outputs))
	assert.Equal(t, "24.04 (LTS) x64", outputs["one"].Value)
	assert.NotZero(t, outputs["ubuntu"].Value)
}
