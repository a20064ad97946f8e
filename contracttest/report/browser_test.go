//go:build browser

package report_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/report"
)

// The page does in a browser what it is meant to do. `make browser` installs Chromium, runs this, and leaves pictures
// of the page in the folder that BROWSER_PICTURES names.
func TestHTMLReportInABrowser(t *testing.T) {
	page := write(t, mixedReport(t), "html")
	empty := write(t, report.New(testkit.Contract(t)), "html")
	full := fullReport(t)
	full.ShowBodies = true
	full.Add(brokenGet(t))
	b := startBrowser(t)
	pictures := os.Getenv("BROWSER_PICTURES")
	picture := func(t *testing.T, name, method string, params map[string]any) []byte {
		t.Helper()
		var result struct{ Data string }
		b.call(t, method, params, &result)
		data, err := base64.StdEncoding.DecodeString(result.Data)
		require.NoError(t, err)
		if pictures != "" {
			require.NoError(t, os.WriteFile(filepath.Join(pictures, name), data, 0o600))
		}
		return data
	}

	for _, width := range []int{390, 1400} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprint(width, " ", scheme), func(t *testing.T) {
				for name, text := range map[string]string{"mixed": page, "empty": empty, "full": write(t, full, "html")} {
					b.open(t, text, view{width: width, scheme: scheme})
					assert.Equal(t, true, b.eval(t, "matchMedia('(prefers-color-scheme: "+scheme+")').matches"))
					assert.EqualValues(t, width, b.eval(t, "document.documentElement.clientWidth"))
					assert.Equal(t, []any{}, b.eval(t, tooWide), name)
					b.eval(t, "document.querySelectorAll('details').forEach(d => d.open = true); document.querySelectorAll('tr').forEach(r => r.hidden = false)")
					assert.Equal(t, []any{}, b.eval(t, tooWide), "%s, all open", name)
					assert.Equal(t, []any{}, b.eval(t, tooFaint), name)
					assert.Greater(t, b.eval(t, "textElements().length"), 500.0, "texts that were measured")
				}
				b.open(t, page, view{width: width, scheme: scheme})
				assert.Equal(t, scheme == "dark", b.eval(t, "luminance(getComputedStyle(document.body).backgroundColor) < .1"))
				assert.Greater(t, b.eval(t, "document.querySelector('.findings td:nth-child(4)').clientWidth"), 300.0, "room for a sentence")
				shot := picture(t, fmt.Sprintf("report-%s-%s.png", map[int]string{390: "phone", 1400: "wide"}[width], scheme),
					"Page.captureScreenshot", map[string]any{"captureBeyondViewport": width == 390})
				assert.Greater(t, len(shot), 10_000)
			})
		}
	}

	t.Run("the filter", func(t *testing.T) {
		b.open(t, page, view{width: 390})
		assert.EqualValues(t, 4, b.eval(t, "visibleRows()"))
		b.eval(t, "document.querySelector('[value=accepted]').click()")
		for _, c := range []struct {
			words string
			rows  int
		}{
			{words: "", rows: 5},
			{words: "UNDOCUMENTED-field script", rows: 1},
			{words: "undocumented-field null", rows: 0},
			{words: "know script", rows: 1},
			{words: "no such words", rows: 0},
			{words: "images_get", rows: 5},
			{words: "", rows: 5},
		} {
			b.eval(t, fmt.Sprintf("filter.value = %q; filter.dispatchEvent(new Event('input', { bubbles: true }))", c.words))
			assert.EqualValues(t, c.rows, b.eval(t, "visibleRows()"), c.words)
			assert.Equal(t, fmt.Sprint(c.rows, " of 5 shown"), b.eval(t, "shown.textContent"), c.words)
			assert.Equal(t, c.rows == 0, b.eval(t, "visible(none)"), "the sentence for %q", c.words)
			assert.Equal(t, c.rows > 0, b.eval(t, "visible(document.querySelector('.findings'))"), "the table for %q", c.words)
		}
	})

	t.Run("what is accepted is shown where there is nothing else", func(t *testing.T) {
		accepted := acceptedReport(t)
		b.open(t, write(t, accepted, "html"), view{width: 390})
		assert.EqualValues(t, len(accepted.Findings), b.eval(t, "visibleRows()"))
		assert.Equal(t, "Contract of /v2/images: passed: clean", b.eval(t, "document.querySelector('h1').textContent"))
	})

	t.Run("nothing to show", func(t *testing.T) {
		b.open(t, empty, view{width: 390})
		assert.Equal(t, false, b.eval(t, "!!document.querySelector('.findings, form')"))
		assert.Contains(t, b.eval(t, "document.body.innerText"), "None, because no exchange was checked.")
		assert.Contains(t, b.eval(t, "document.querySelector('h1').textContent"), "nothing checked")
	})

	// The tab key is pressed, so that what the browser makes a stop on its own is there too.
	t.Run("the keyboard", func(t *testing.T) {
		var operations []string
		for operation := range mixedReport(t).Coverage().Operations {
			operations = append(operations, operation)
		}
		for _, v := range []view{{width: 390}, {width: 1400, scheme: "dark"}} {
			b.open(t, page, v)
			stops := []string{"Filter the findings by words", "breaking", "drift", "note", "accepted", "Responses"}
			place := -1.0
			for i := range len(stops) + len(operations) {
				b.press(t, "Tab")
				stop := b.eval(t, focused).(map[string]any)
				if i < len(stops) {
					assert.Equal(t, stops[i], stop["name"])
				} else {
					assert.Equal(t, "SUMMARY", stop["tag"])
				}
				assert.Equal(t, "solid", stop["outline"], stop["name"])
				assert.GreaterOrEqual(t, stop["outlineWidth"], 2.0, stop["name"])
				assert.GreaterOrEqual(t, stop["outlineContrast"], 3.0, stop["name"])
				assert.GreaterOrEqual(t, stop["height"], 40.0, "%s is too low for a thumb", stop["name"])
				assert.Greater(t, stop["place"], place, "%s comes after what stands after it", stop["name"])
				place = stop["place"].(float64)
			}
			b.press(t, "Enter")
			assert.Equal(t, true, b.eval(t, "document.activeElement.parentNode.open"), "Enter opens the last operation")
			b.press(t, "Tab")
			assert.Equal(t, "BODY", b.eval(t, "document.activeElement.tagName"), "one stop more than there is a reason for")
			assert.Equal(t, []any{}, b.eval(t, "[...document.querySelectorAll('input, [role=region], [role=search], [role=group]')].filter(e => !named(e)).map(e => e.outerHTML)"))
		}
	})

	t.Run("the table keeps its operations in sight", func(t *testing.T) {
		b.open(t, page, view{width: 390})
		assert.Equal(t, true, b.eval(t, "const box = document.querySelector('.scroll'); box.scrollWidth > box.clientWidth"), "there is something to scroll")
		assert.EqualValues(t, 0, b.eval(t, `const box = document.querySelector('.scroll'); box.scrollLeft = 200;
			document.querySelector('.matrix tbody th').getBoundingClientRect().left - box.getBoundingClientRect().left - box.clientLeft`))
	})

	t.Run("without scripts", func(t *testing.T) {
		b.open(t, page, view{width: 390, noScript: true})
		assert.EqualValues(t, 5, b.eval(t, "visibleRows()"))
		assert.Equal(t, false, b.eval(t, "visible(document.querySelector('form'))"))
	})

	t.Run("no script but its own", func(t *testing.T) {
		for _, text := range []string{"<script>document.title = 'run'</script>", "<img src=x onerror=\"document.title = 'run'\">"} {
			b.open(t, strings.Replace(page, "<h2>", text+"<h2>", 1), view{width: 390})
			assert.Equal(t, "failed: 1 breaking: contract of /v2/images", b.eval(t, "document.title"), text)
			assert.EqualValues(t, 4, b.eval(t, "visibleRows()"), "the page's own script runs")
		}
	})

	t.Run("printed", func(t *testing.T) {
		b.open(t, page, view{width: 600, scheme: "dark"})
		b.eval(t, "filter.value = 'nothing has this'; filter.dispatchEvent(new Event('input', { bubbles: true }))")
		require.EqualValues(t, 0, b.eval(t, "visibleRows()"))
		b.media(t, "print", "dark")
		assert.EqualValues(t, 5, b.eval(t, "visibleRows()"), "what was filtered and what is accepted")
		assert.Equal(t, false, b.eval(t, "visible(document.querySelector('form')) || visible(none)"))
		assert.Equal(t, []any{}, b.eval(t, "[...document.querySelectorAll('details li')].filter(e => !visible(e)).map(e => e.textContent)"))
		assert.Equal(t, 1.0, b.eval(t, "luminance(getComputedStyle(document.body).backgroundColor)"), "white paper, though the screen is dark")
		assert.Equal(t, []any{}, b.eval(t, tooFaint))
		b.eval(t, "filter.value = ''; filter.dispatchEvent(new Event('input', { bubbles: true }))")
		assert.Equal(t, []any{"table-header-group", "table-row", "table-cell"}, b.eval(t,
			"['thead', 'tbody tr', 'td'].flatMap(s => [...new Set([...document.querySelectorAll('.findings ' + s)].map(e => getComputedStyle(e).display))])"), "a table, on narrow paper too")
		assert.Equal(t, "static", b.eval(t, "getComputedStyle(document.querySelector('.findings thead')).position"))
		assert.Equal(t, []any{}, b.eval(t, tooWide))

		file := picture(t, "report.pdf", "Page.printToPDF", map[string]any{})
		assert.True(t, strings.HasPrefix(string(file), "%PDF-"))
		assert.Greater(t, len(file), 20_000)
		picture(t, "report-print.png", "Page.captureScreenshot", map[string]any{})
	})
}

// Scripts that the tests evaluate in the page.
const (
	helpers = `
const visible = e => e.getClientRects().length > 0 && e.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true, opacityProperty: true });
const visibleRows = () => [...document.querySelectorAll(".findings tbody tr")].filter(visible).length;
const channels = color => {
  if (color.startsWith("rgb")) return color.match(/[\d.]+/g).map(Number);
  throw new Error("a colour that the test cannot read: " + color);
};
const luminance = color => {
  const [r, g, b] = channels(color).slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
};
const behind = e => {
  for (; e; e = e.parentElement) {
    const [, , , alpha = 1] = channels(getComputedStyle(e).backgroundColor);
    if (alpha === 1) return getComputedStyle(e).backgroundColor;
    if (alpha > 0) throw new Error("a background that the test cannot see through");
  }
  throw new Error("nothing behind it");
};
const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + .05) / (dark + .05);
};
const textElements = () => [...document.body.querySelectorAll("*")].filter(e => visible(e) && (e.tagName === "INPUT" || [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())));
const named = e => e.getAttribute("aria-label") || [...e.labels ?? []].map(l => l.textContent.trim()).join(" ");
`
	// 4.5:1 is what WCAG AA asks of small text, 3:1 what it asks of the edge of a control.
	tooFaint = `[
  ...textElements().filter(e => contrast(getComputedStyle(e).color, behind(e)) < 4.5 || getComputedStyle(e).opacity !== "1"),
  ...[...document.querySelectorAll("input")].filter(e => visible(e) && contrast(getComputedStyle(e, "::placeholder").color, behind(e)) < 4.5),
  ...[...document.querySelectorAll("[type=search]")].filter(e => visible(e) && contrast(getComputedStyle(e).borderTopColor, behind(e.parentElement)) < 3),
].map(e => e.outerHTML.slice(0, 80))`
	// What is clipped is as lost as what makes the page scroll. The box that scrolls is meant to.
	tooWide = `[...(document.documentElement.scrollWidth > document.documentElement.clientWidth || innerWidth > document.documentElement.clientWidth ? [document.documentElement] : []),
  ...[...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll > *") && !e.matches(".scroll, thead, thead *") && visible(e) &&
    (e.getBoundingClientRect().right > document.documentElement.clientWidth || e.closest(".box") && e.getBoundingClientRect().right > e.closest(".box").getBoundingClientRect().right)),
].map(e => e.outerHTML.slice(0, 80))`
	focused = `const e = document.activeElement, style = getComputedStyle(e), around = (e.closest("label") ?? e).getBoundingClientRect();
({ tag: e.tagName, name: named(e), outline: style.outlineStyle, outlineWidth: parseFloat(style.outlineWidth),
  outlineContrast: contrast(style.outlineColor, behind(e.parentElement)), height: around.height, place: Math.round(around.top + scrollY) * 10000 + around.left })`
)

// browser is a headless Chromium with one page. It is driven by the DevTools protocol over a pipe, which can set what
// the command line cannot: a narrow window, the medium, keys, no scripts.
type browser struct {
	in   *os.File
	out  *bufio.Reader
	id   int
	page string // the session that the calls are for
	dir  string
	seen map[string]int // events
}

type view struct {
	width    int
	scheme   string // light if empty
	noScript bool
}

func startBrowser(t *testing.T) *browser {
	t.Helper()
	read, in, err := os.Pipe()
	require.NoError(t, err)
	out, write, err := os.Pipe()
	require.NoError(t, err)
	// Not the context of the test, which ends before its cleanups do.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	b := &browser{in: in, out: bufio.NewReader(out), dir: t.TempDir(), seen: map[string]int{}}
	command := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
		"--remote-debugging-pipe", "--user-data-dir="+filepath.Join(b.dir, "profile"))
	command.ExtraFiles = []*os.File{read, write}
	require.NoError(t, command.Start())
	read.Close()
	write.Close()
	t.Cleanup(func() {
		b.page = ""
		b.call(t, "Browser.close", nil, nil)
		assert.NoError(t, command.Wait())
		cancel()
		in.Close()
		out.Close()
	})
	var target struct{ TargetID string }
	b.call(t, "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	b.call(t, "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	b.page = session.SessionID
	b.call(t, "Page.enable", nil, nil)
	return b
}

// read reads one message.
func (b *browser) read(t *testing.T) (id int, result json.RawMessage, failure string) {
	t.Helper()
	line, err := b.out.ReadBytes(0)
	require.NoError(t, err, "the browser is gone")
	var message struct {
		ID     int
		Method string
		Result json.RawMessage
		Error  struct{ Message string }
	}
	require.NoError(t, json.Unmarshal(line[:len(line)-1], &message))
	if message.Method != "" {
		b.seen[message.Method]++
	}
	return message.ID, message.Result, message.Error.Message
}

func (b *browser) call(t *testing.T, method string, params map[string]any, into any) {
	t.Helper()
	b.id++
	message := map[string]any{"id": b.id, "method": method}
	if params != nil {
		message["params"] = params
	}
	if b.page != "" {
		message["sessionId"] = b.page
	}
	line, err := json.Marshal(message)
	require.NoError(t, err)
	_, err = b.in.Write(append(line, 0))
	require.NoError(t, err)
	for {
		id, result, failure := b.read(t)
		if id != b.id {
			continue
		}
		require.Empty(t, failure, method)
		if into != nil {
			require.NoError(t, json.Unmarshal(result, into))
		}
		return
	}
}

// open shows a page that nothing has touched.
func (b *browser) open(t *testing.T, text string, v view) {
	t.Helper()
	file := filepath.Join(b.dir, "report.html")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	height := 900
	if v.width < 500 {
		height = 844
	}
	b.call(t, "Emulation.setDeviceMetricsOverride", map[string]any{"width": v.width, "height": height, "deviceScaleFactor": 1, "mobile": v.width < 500}, nil)
	b.call(t, "Emulation.setScriptExecutionDisabled", map[string]any{"value": v.noScript}, nil)
	if v.scheme == "" {
		v.scheme = "light"
	}
	b.media(t, "", v.scheme)
	b.seen["Page.loadEventFired"] = 0
	b.call(t, "Page.navigate", map[string]any{"url": "file://" + file}, nil)
	for b.seen["Page.loadEventFired"] == 0 {
		b.read(t)
	}
	b.eval(t, "void 0")
}

func (b *browser) media(t *testing.T, medium, scheme string) {
	t.Helper()
	b.call(t, "Emulation.setEmulatedMedia", map[string]any{"media": medium, "features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// eval returns the value of the last statement of a script, which has the helpers.
func (b *browser) eval(t *testing.T, script string) any {
	t.Helper()
	var response struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Exception struct{ Description string } }
	}
	// In a block nothing that one script declares is there for the next.
	b.call(t, "Runtime.evaluate", map[string]any{"expression": "{" + helpers + script + "}", "returnByValue": true}, &response)
	if response.ExceptionDetails != nil {
		require.Fail(t, response.ExceptionDetails.Exception.Description, script)
	}
	return response.Result.Value
}

func (b *browser) press(t *testing.T, key string) {
	t.Helper()
	codes, texts := map[string]int{"Tab": 9, "Enter": 13}, map[string]string{"Enter": "\r"}
	b.call(t, "Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": key, "code": key, "text": texts[key], "windowsVirtualKeyCode": codes[key]}, nil)
	b.call(t, "Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": codes[key]}, nil)
}
