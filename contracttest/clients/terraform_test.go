//go:build clients

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

// terraform runs terraform in a folder, with the provider that is built there in place of the one of its registry.
func terraform(t *testing.T, dir string, args ...string) []byte {
	t.Helper()
	config := fmt.Sprintf(`provider_installation {
  dev_overrides { "digitalocean/digitalocean" = %q }
}`, dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cli.tfrc"), []byte(config), 0o600))
	t.Setenv("TF_CLI_CONFIG_FILE", filepath.Join(dir, "cli.tfrc"))
	t.Setenv("CHECKPOINT_DISABLE", "1") // it asks nobody whether there is a newer one
	return command(t, dir, "terraform", append(args, "-no-color")...)
}

// TestTerraform applies a configuration, changes it, and destroys what it made. TERRAFORM_PROVIDER_DIR names a checkout
// of github.com/digitalocean/terraform-provider-digitalocean: no version after 1.23.0 can be had as a module.
func TestTerraform(t *testing.T) {
	checkout := os.Getenv("TERRAFORM_PROVIDER_DIR")
	if checkout == "" {
		t.Skip("TERRAFORM_PROVIDER_DIR does not name a checkout of Terraform's provider")
	}
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("terraform is not installed")
	}
	dir := t.TempDir()
	command(t, "", "go", "-C", checkout, "build", "-o", filepath.Join(dir, "terraform-provider-digitalocean"), ".")
	config, err := os.ReadFile("testdata/main.tf")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.tf"), config, 0o600))
	contract := buildContract(t)
	// The provider looks after a second, and then once a minute.
	fake := contract.start(t, "serve", "--images", "450", "--import-time", "500ms", "--action-time", "1s")
	url, report := contract.proxy(t, fake.url)

	type image struct {
		ID           string
		Name         string
		Distribution string
		Status       string
		Regions      []string
	}
	apply := func(name, regions string) (made image, outputs map[string]struct{ Value any }) {
		terraform(t, dir, "apply", "-input=false", "-auto-approve", "-var", "token="+fakeapi.Token, "-var", "url="+url,
			"-var", "name="+name, "-var", "regions="+regions)
		require.NoError(t, json.Unmarshal(terraform(t, dir, "output", "-json"), &outputs))
		text, err := json.Marshal(outputs["made"].Value)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &made))
		return made, outputs
	}
	made, outputs := apply("new", `["nyc3","fra1"]`)
	want := expected()
	assert.Equal(t, "24.04 (LTS) x64", outputs["slug"].Value)
	assert.Equal(t, want["distributions"], outputs["distributions"].Value)
	assert.Equal(t, want["own"].(float64)+1, outputs["own"].Value)
	assert.Equal(t, "available", made.Status)
	assert.ElementsMatch(t, []string{"nyc3", "fra1"}, made.Regions)

	changed, _ := apply("renamed", `["nyc3","fra1","sgp1"]`)
	assert.Equal(t, made.ID, changed.ID, "it was changed, and not made again")
	assert.Equal(t, "renamed", changed.Name)
	assert.ElementsMatch(t, []string{"nyc3", "fra1", "sgp1"}, changed.Regions)

	terraform(t, dir, "destroy", "-auto-approve", "-var", "token="+fakeapi.Token, "-var", "url="+url,
		"-var", "name=renamed", "-var", `regions=["nyc3"]`)
	assert.JSONEq(t, `{}`, string(terraform(t, dir, "output", "-json")))
	checked := report()
	assert.NotZero(t, checked.Exchanges)
	assert.Zero(t, checked.Skipped)
	assert.Empty(t, checked.kinds(), "%+v", checked.Findings)
	fake.stop()
	assert.Contains(t, fake.log.String(), "/v2/actions/")
	assert.Contains(t, fake.log.String(), "method=DELETE path=/v2/images/"+made.ID+" status=204")
}
