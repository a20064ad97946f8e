package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/gen"
)

// firstContact serves a fake with these images to the canary's account, and runs first-contact against it.
func firstContact(t *testing.T, dir string, images ...gen.Image) (exit int, out string, fake *fakeapi.API) {
	t.Helper()
	options := []fakeapi.Option{fakeapi.WithAccounts(fakeapi.Account{Token: canary})}
	if len(images) > 0 {
		options = append(options, fakeapi.WithImages(images...))
	}
	fake = fakeapi.New(options...)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	exit, out = execute(t, withToken, "first-contact", "--base-url", server.URL, "-o", dir)
	return exit, out, fake
}

func TestFirstContact(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	exit, out, fake := firstContact(t, dir)
	assert.Equal(t, 0, exit, out)
	assert.Contains(t, out, "confirmed newest-first: an image is listed before those that are older (emancipat3r/vps3, 2025)")
	assert.Contains(t, out, "\n19 observations: ")
	assert.Contains(t, out, " 0 refuted, ")
	assert.Contains(t, out, "target: http://127.0.0.1:")
	assert.NotContains(t, out, canary)
	assert.Contains(t, out, filepath.Join(dir, "images_get.cassette.yaml"))
	for _, operation := range []string{"images_create_custom", "images_update", "images_delete", "imageActions_post"} {
		assert.Zero(t, fake.Done(operation), operation)
	}
	exit, out = execute(t, nil, "verify", filepath.Join(dir, "images_list.cassette.yaml"), filepath.Join(dir, "images_get.cassette.yaml"))
	assert.Equal(t, 0, exit, out)
	exit, out, _ = firstContact(t, dir)
	assert.Equal(t, 2, exit, out)
	assert.Contains(t, out, "has files", "recordings are not replaced")
	text, err := os.ReadFile(filepath.Join(dir, "images_list.cassette.yaml"))
	require.NoError(t, err)
	assert.NotContains(t, string(text), canary)
}

// A finding says which case saw it, and which exchange of which file shows it.
func TestFirstContactNamesFiles(t *testing.T) {
	t.Parallel()
	api := startServer(t, "--fault", "images_get:extra-field", "--fault", "images_list:extra-field,after=3,count=1")
	dir := t.TempDir()
	exit, out := execute(t, withToken, "first-contact", "--base-url", api.url, "-o", dir)
	assert.Equal(t, 0, exit, out)
	found := regexp.MustCompile(`(?m)^drift: images_(\w+) 200: body /[a-z*/]+/undocumented: .*$`)
	named := regexp.MustCompile(`[\w-]+#\d+ \((\w+\.cassette\.yaml)#(\d+)\)`)
	operations := map[string]bool{}
	for _, line := range found.FindAllStringSubmatch(out, -1) {
		for _, place := range named.FindAllStringSubmatch(line[0], -1) {
			index, err := strconv.Atoi(place[2])
			require.NoError(t, err)
			exchange := testkit.ReadAll(t, filepath.Join(dir, place[1]))[index]
			assert.Contains(t, string(exchange.Body), `"undocumented":`, place[0])
			operations[line[1]] = true
		}
	}
	assert.Equal(t, map[string]bool{"get": true, "list": true}, operations, out)
}

// One observation does not hold for this server: a distribution has the type that it had before 2020.
func TestFirstContactRefutes(t *testing.T) {
	t.Parallel()
	exit, out, _ := firstContact(t, t.TempDir(), gen.Image{
		ID:           7,
		Name:         "24.04 (LTS) x64",
		Distribution: gen.DistributionUbuntu,
		Type:         gen.ImageTypeSnapshot,
		Public:       true,
		Slug:         new("ubuntu-24-04-x64"),
	})
	assert.Equal(t, 1, exit, out)
	assert.Contains(t, out, "REFUTED   type-of-distributions: distributions have the type base (payloads of Droplets, 2020 to 2025)\n"+
		`          image 7 is listed with type=distribution and has the type "snapshot"`)
	assert.Contains(t, out, "not seen  retired-images: ")
	assert.Contains(t, out, " 1 refuted, ")
}

// What concerns every observation is said once.
func TestFirstContactThatCannotBeMade(t *testing.T) {
	t.Parallel()
	refusing := httptest.NewServer(fakeapi.New())
	defer refusing.Close()
	notADirectory := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(notADirectory, nil, 0o600))
	for name, test := range map[string]struct {
		env  []string
		args []string
		want string
	}{
		"a wrong token":          {env: withToken, args: []string{"--base-url", refusing.URL}, want: "401"},
		"no server":              {env: withToken, args: []string{"--base-url", nobody}, want: "connection refused"},
		"no token":               {args: []string{"--base-url", refusing.URL}, want: "set DIGITALOCEAN_TOKEN"},
		"a file for the folder":  {env: withToken, args: []string{"--base-url", refusing.URL, "-o", notADirectory}, want: "--output"},
		"an address without TLS": {env: withToken, args: []string{"--base-url", "http://api.example.com"}, want: "plain http"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"first-contact", "-o", filepath.Join(t.TempDir(), "out")}, test.args...)
			exit, out := execute(t, test.env, args...)
			assert.Equal(t, 2, exit, out)
			assert.Contains(t, out, test.want)
			assert.NotContains(t, out, "observations")
			assert.NotContains(t, out, canary)
		})
	}
}

// What an interrupt kept from being asked is not confirmed.
func TestFirstContactInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	fake := fakeapi.New(fakeapi.WithAccounts(fakeapi.Account{Token: canary}))
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests++; requests == 4 {
			cancel()
			<-r.Context().Done()
			return
		}
		fake.ServeHTTP(w, r)
	}))
	defer server.Close()
	var out buffer
	dir := t.TempDir()
	p := process{stdout: &out, stderr: &out, getenv: lookUp(withToken)}
	exit := run(ctx, p, []string{"first-contact", "--base-url", server.URL, "-o", dir})
	assert.Equal(t, 2, exit, out.String())
	assert.Contains(t, out.String(), "failed    reset-within-an-hour: ")
	assert.Contains(t, out.String(), "not run: context canceled")
	assert.FileExists(t, filepath.Join(dir, "images_list.cassette.yaml"), "what was seen until then")
}
