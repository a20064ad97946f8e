//go:build browser

package contracttest_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page does in a browser what it is meant to do. `make browser` installs Chromium, runs this, and leaves pictures
// of the page in the folder that BROWSER_PICTURES names.
func TestHTMLReportInABrowser(t *testing.T) {
	page := write(t, mixedReport(t), "html")
	script := `<script>
const visible = () => [...document.querySelectorAll(".findings tbody tr")].filter(r => r.getClientRects().length > 0).length;
const results = [visible()];
const accepted = document.querySelector("[value=accepted]"), field = document.getElementById("filter");
accepted.click(); results.push(visible());
field.value = "UNDOCUMENTED script"; field.dispatchEvent(new Event("input")); results.push(visible());
field.value = "know script"; field.dispatchEvent(new Event("input")); results.push(visible());
field.value = "no such words"; field.dispatchEvent(new Event("input")); results.push(visible());
field.value = ""; field.dispatchEvent(new Event("input")); results.push(visible());
results.push(document.documentElement.scrollWidth <= window.innerWidth);
document.title = "results " + JSON.stringify(results) + " " + document.getElementById("shown").textContent;
</script></body>`
	dir := t.TempDir()
	file := filepath.Join(dir, "report.html")
	for _, size := range []string{"390,844", "1400,900"} {
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(page, "</body>", script, 1)), 0o600))
		dom := chromium(t, dir, "--dump-dom", "--window-size="+size, "file://"+file)
		_, title, _ := strings.Cut(dom, "<title>")
		title, _, _ = strings.Cut(title, "</title>")
		assert.Equal(t, "results [4,5,0,1,0,5,true] 5 of 5 shown", title, size)
	}

	pictures := os.Getenv("BROWSER_PICTURES")
	if pictures == "" {
		return
	}
	require.NoError(t, os.WriteFile(file, []byte(page), 0o600))
	for name, args := range map[string][]string{
		"phone": {"--window-size=500,1400"}, "wide": {"--window-size=1400,1000"},
		"dark": {"--window-size=1400,1000", "--blink-settings=preferredColorScheme=0"},
	} {
		picture := filepath.Join(pictures, "report-"+name+".png")
		chromium(t, dir, append(args, "--screenshot="+picture, "file://"+file)...)
		info, err := os.Stat(picture)
		require.NoError(t, err)
		assert.Greater(t, info.Size(), int64(10_000))
	}
}

func chromium(t *testing.T, dir string, args ...string) string {
	t.Helper()
	args = append([]string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--hide-scrollbars", fmt.Sprintf("--user-data-dir=%s", filepath.Join(dir, "profile"))}, args...)
	command := exec.CommandContext(t.Context(), "chromium", args...)
	out, err := command.Output()
	require.NoError(t, err)
	return string(out)
}
