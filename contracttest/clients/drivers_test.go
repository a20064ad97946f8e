//go:build clients

package clients

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"example.com/doimages/contracttest/fakeapi"
)

// driveGodo waits for actions as services do that use godo: by the id of the action alone.
func driveGodo(t *testing.T, _, url string) map[string]any {
	t.Helper()
	ctx := t.Context()
	token := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: fakeapi.Token})
	client, err := godo.New(oauth2.NewClient(ctx, token), godo.SetBaseURL(url))
	require.NoError(t, err)
	type list = func(context.Context, *godo.ListOptions) ([]godo.Image, *godo.Response, error)
	count := func(read list) int {
		return len(all(t, func(o *godo.ListOptions) ([]godo.Image, *godo.Response, error) { return read(ctx, o) }))
	}
	results := map[string]any{
		"listed":        count(client.Images.List),
		"distributions": count(client.Images.ListDistribution),
		"applications":  count(client.Images.ListApplication),
		"own":           count(client.Images.ListUser),
		"tagged": count(func(ctx context.Context, o *godo.ListOptions) ([]godo.Image, *godo.Response, error) {
			return client.Images.ListByTag(ctx, "fleet", o)
		}),
	}
	image, _, err := client.Images.GetBySlug(ctx, "ubuntu-24-04-x64")
	require.NoError(t, err)
	results["slug"] = image.Slug

	image, _, err = client.Images.Create(ctx, &godo.CustomImageCreateRequest{
		Name:         "new",
		Url:          "https://example.com/a.img",
		Region:       "nyc3",
		Distribution: "Ubuntu",
	})
	require.NoError(t, err)
	results["created"] = image.Status
	for image.Status == "NEW" || image.Status == "pending" {
		time.Sleep(200 * time.Millisecond)
		image, _, err = client.Images.GetByID(ctx, image.ID)
		require.NoError(t, err)
	}
	results["imported"] = image.Status
	updated, _, err := client.Images.Update(ctx, image.ID, &godo.ImageUpdateRequest{Name: "renamed"})
	require.NoError(t, err)
	results["renamed"] = updated.Name

	transfer := &godo.ActionRequest{"type": "transfer", "region": "fra1"}
	action, _, err := client.ImageActions.Transfer(ctx, image.ID, transfer)
	require.NoError(t, err)
	for action.Status == godo.ActionInProgress {
		time.Sleep(200 * time.Millisecond)
		action, _, err = client.Actions.Get(ctx, action.ID)
		require.NoError(t, err)
	}
	results["transferred"] = action.Status
	actions, _, err := client.Actions.List(ctx, &godo.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, []godo.Action{*action}, actions)
	image, _, err = client.Images.GetByID(ctx, image.ID)
	require.NoError(t, err)
	results["copied"] = slices.Contains(image.Regions, "fra1")
	_, err = client.Images.Delete(ctx, image.ID)
	require.NoError(t, err)
	_, _, err = client.Images.GetByID(ctx, image.ID)
	if failed, ok := errors.AsType[*godo.ErrorResponse](err); ok {
		results["deleted"] = strconv.Itoa(failed.Response.StatusCode)
	}
	return results
}

// driveDoctl builds doctl from its module, and waits as it does with --wait. It has no such flag for a create.
func driveDoctl(t *testing.T, dir, url string) map[string]any {
	t.Helper()
	doctl, err := filepath.Abs(filepath.Join(dir, "doctl"))
	require.NoError(t, err)
	command(t, "", "go", "-C", "doctl", "build", "-o", doctl, "github.com/digitalocean/doctl/cmd/doctl")
	type item struct {
		ID      int
		Name    string
		Slug    string
		Status  string
		Regions []string
	}
	run := func(args ...string) (items []item) {
		out := command(t, dir, doctl, append(args, "--access-token", fakeapi.Token, "--api-url", url, "--output", "json")...)
		if len(out) > 0 {
			require.NoError(t, json.Unmarshal(out, &items), string(out))
		}
		return items
	}
	results := map[string]any{
		"listed":        len(run("compute", "image", "list", "--public")),
		"distributions": len(run("compute", "image", "list-distribution", "--public")),
		"applications":  len(run("compute", "image", "list-application", "--public")),
		"own":           len(run("compute", "image", "list-user")),
		"slug":          run("compute", "image", "get", "ubuntu-24-04-x64")[0].Slug,
	}
	created := run("compute", "image", "create", "new", "--image-url", "https://example.com/a.img", "--region", "nyc3",
		"--image-distribution", "Ubuntu")[0]
	results["created"] = created.Status
	id := fmt.Sprint(created.ID)
	image := created
	for image.Status == "NEW" || image.Status == "pending" {
		time.Sleep(200 * time.Millisecond)
		image = run("compute", "image", "get", id)[0]
	}
	results["imported"] = image.Status
	results["renamed"] = run("compute", "image", "update", id, "--image-name", "renamed")[0].Name
	action := run("compute", "image-action", "transfer", id, "--region", "fra1", "--wait")[0]
	results["transferred"] = action.Status
	seen := run("compute", "action", "wait", fmt.Sprint(action.ID))[0]
	assert.Equal(t, action, seen)
	assert.Equal(t, action, run("compute", "image-action", "get", id, "--action-id", fmt.Sprint(action.ID))[0])
	results["copied"] = slices.Contains(run("compute", "image", "get", id)[0].Regions, "fra1")
	run("compute", "image", "delete", id, "--force")
	read := exec.CommandContext(t.Context(), doctl, "compute", "image", "get", id,
		"--access-token", fakeapi.Token, "--api-url", url)
	text, err := read.CombinedOutput()
	assert.Error(t, err)
	results["deleted"] = regexp.MustCompile(`\b404\b`).FindString(string(text))
	return results
}
