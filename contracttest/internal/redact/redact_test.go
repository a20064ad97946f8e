package redact_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/redact"
)

func TestRedactorNumbersSecrets(t *testing.T) {
	var r redact.Redactor
	assert.Equal(t, "[redacted-1]", r.Hide("first-secret"))
	assert.Equal(t, "[redacted-2]", r.Hide("second-secret", "another spelling"))
	assert.Equal(t, "[redacted-1]", r.Hide("first-secret"), "one number for one secret")
	assert.Equal(t, "[redacted-2]", r.Hide("another spelling"))
	assert.Equal(t, "[redacted-3]", r.Text("dop_v1_unknown"), "a lookalike gets a number")
	assert.Equal(t, "[redacted-3]", r.Hide("dop_v1_unknown"))
	assert.Equal(t, "[redacted-1] [redacted-2] [redacted-2] [redacted-3] [redacted-1]",
		r.Text("first-secret second-secret another spelling dop_v1_unknown first-secret"))
	assert.Empty(t, r.Hide(""))
	assert.Equal(t, "[redacted-4]", r.Hide("fourth-secret"), "what is empty takes no number")
}

func TestRedactorText(t *testing.T) {
	for name, test := range map[string]struct {
		secrets []string
		text    string
		want    string
	}{
		"no secret": {
			text: "GET /v2/images?page=2",
			want: "GET /v2/images?page=2",
		},
		"a secret in another case": {
			secrets: []string{"hunter2secret"},
			text:    "X-Hunter2secret: HUNTER2SECRET",
			want:    "X-[redacted-1]: [redacted-1]",
		},
		"a secret within a word": {
			secrets: []string{"hunter2secret"},
			text:    "xhunter2secretx",
			want:    "x[redacted-1]x",
		},
		"what a pattern would read as an operator": {
			secrets: []string{"a.c(e[g*i"},
			text:    "a.c(e[g*i abc(e[g*i",
			want:    "[redacted-1] abc(e[g*i",
		},
		"tokens of every form": {
			text: "dop_v1_0a doo_v1_0b dor_v1_0c dox_v1_0d",
			want: "[redacted-1] [redacted-2] [redacted-3] dox_v1_0d",
		},
		"addresses": {
			text: "bob@example.org, <a.b+c@mail.example.co.uk>, @nobody, bob@localhost",
			want: "someone@example.com, <someone@example.com>, @nobody, bob@localhost",
		},
		"addresses in a query": {
			text: "?tag_name=alice%40example.com&to=a.b%2Bc%40mail.example.co.uk&page=2&x=%40nobody, bob%40localhost",
			want: "?tag_name=someone%40example.com&to=someone%40example.com&page=2&x=%40nobody, bob%40localhost",
		},
		"an address of both forms": {
			text: "a%40b@example.org",
			want: "someone@example.com",
		},
		"a secret that is part of another": {
			secrets: []string{"12345678", "abc12345678def"},
			text:    "abc12345678def 12345678",
			want:    "[redacted-2] [redacted-1]",
		},
		"a secret that begins as another token does": {
			secrets: []string{"dop_v1_aaaa"},
			text:    "dop_v1_aaaa dop_v1_aaaabbbb",
			want:    "[redacted-1] [redacted-2]",
		},
		"a secret that goes on where a token would end": {
			secrets: []string{"dop_v1_aaaa-bbbb"},
			text:    "dop_v1_aaaa-bbbb",
			want:    "[redacted-1]",
		},
		"a secret that overlaps with another": {
			secrets: []string{"abcdefgh1234", "gh1234567890"},
			text:    "abcdefgh1234567890 gh1234567890",
			want:    "[redacted-1] [redacted-2]",
		},
		"a secret that begins an address": {
			secrets: []string{"bob@example"},
			text:    "bob@example.org",
			want:    "someone@example.com",
		},
		"a secret of eight bytes": {
			secrets: []string{"12345678"},
			text:    "12345678",
			want:    "[redacted-1]",
		},
		"a secret of seven bytes": {
			secrets: []string{"1234567"},
			text:    "1234567, 1234…",
			want:    "1234567, 1234…",
		},
		"a secret that is part of every placeholder": {
			secrets: []string{"redacted", "another-secret"},
			text:    "redacted another-secret [redacted-1]",
			want:    "[redacted-1] [redacted-2] [redacted-1]",
		},
		"a secret that begins as a placeholder does": {
			secrets: []string{"[redacted-", "[redacted-1] and more"},
			text:    "[redacted- [redacted-1] and more [redacted-1] and less",
			want:    "[redacted-1] [redacted-2] [redacted-1] and less",
		},
		"a secret that is not UTF-8": {
			secrets: []string{"caf\xe9-secret", "two\xff\xfe-secret"},
			text:    "caf\xe9-secret two\xff\xfe-secret caf\ufffd-secret two\ufffd\ufffd-secret",
			want:    "[redacted-1] [redacted-2] [redacted-1] [redacted-2]",
		},
		"a secret that was made printable": {
			secrets: []string{"two\xff\xfe-secret", "control\u0085-secret"},
			text:    redact.Printable("two\xff\xfe-secret, control\u0085-secret"),
			want:    "[redacted-1], [redacted-2]",
		},
		"a text that is not UTF-8": {
			secrets: []string{"hunter2secret"},
			text:    "\xff\xfehunter2secret\xff",
			want:    "\xff\xfe[redacted-1]\xff",
		},
		"a secret that is truncated": {
			secrets: []string{"hunter2secret"},
			text:    "hunter…, hunter2…, HUNTER2SECRE…, hunter2secret…",
			want:    "[redacted-1]…, [redacted-1]…, [redacted-1]…, [redacted-1]…",
		},
		"a secret of which little is left": {
			secrets: []string{"hunter2secret"},
			text:    "hunte…",
			want:    "hunte…",
		},
		"a secret that is truncated without an ellipsis": {
			secrets: []string{"hunter2secret"},
			text:    "hunter2",
			want:    "hunter2",
		},
		"a token that is truncated": {
			text: "dop_v1_abc…",
			want: "[redacted-1]…",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var r redact.Redactor
			for i, secret := range test.secrets {
				assert.Equal(t, fmt.Sprintf("[redacted-%d]", i+1), r.Hide(secret))
			}
			assert.Equal(t, test.want, r.Text(test.text))
			assert.Equal(t, test.want, r.Text(test.want), "a text without secrets stays as it is")
		})
	}
}

// A file that was redacted before keeps its placeholders, and no other secret gets one of them.
func TestRedactorReusesNoPlaceholder(t *testing.T) {
	var r redact.Redactor
	assert.Equal(t, "Bearer [redacted-3]", r.Credentials("Bearer [redacted-3]"))
	assert.Equal(t, "[redacted-4]", r.Hide("some-secret"))
	assert.Equal(t, "[redacted-9] [redacted-4]", r.Text("[redacted-9] some-secret"))
	assert.Equal(t, "[redacted-10]", r.Hide("another-secret"), "a placeholder in a text counts as well")
	assert.Equal(t, "[redacted-2]", r.Hide("[redacted-2]"))
	assert.Equal(t, "[redacted-11]", r.Hide("a-third-secret"))
	assert.Equal(t, "[redacted-12]", r.Hide("[redacted-1234567890]"), "no placeholder has ten digits")
}

func TestRedactorTakesCredentialsOutWhateverTheScheme(t *testing.T) {
	for name, test := range map[string]struct {
		value string
		want  string
		echo  string // what a server may repeat of it
	}{
		"bearer":          {value: "Bearer hunter2secret", want: "Bearer [redacted-1]", echo: "hunter2secret"},
		"another scheme":  {value: "Basic Ym9iOnNlc2FtZQ==", want: "Basic [redacted-1]", echo: "Ym9iOnNlc2FtZQ=="},
		"no scheme":       {value: "hunter2secret", want: "[redacted-1]", echo: "hunter2secret"},
		"spaces":          {value: "  Bearer   hunter2secret ", want: "Bearer [redacted-1]", echo: "hunter2secret"},
		"a tab":           {value: "Bearer\thunter2secret", want: "Bearer [redacted-1]", echo: "hunter2secret"},
		"several words":   {value: "Digest a=1, b=hunter2", want: "Digest [redacted-1]", echo: "a=1, b=hunter2"},
		"the last word":   {value: "Bearer Bearer hunter2secret", want: "Bearer [redacted-1]", echo: "hunter2secret"},
		"a short token":   {value: "Bearer T", want: "Bearer [redacted-1]"},
		"nothing":         {value: "", want: ""},
		"only a scheme":   {value: "Bearer", want: "[redacted-1]"},
		"two of a scheme": {value: "Bearer Bearer", want: "Bearer [redacted-1]"},
	} {
		t.Run(name, func(t *testing.T) {
			var r redact.Redactor
			assert.Equal(t, test.want, r.Credentials(test.value))
			assert.Equal(t, test.want, r.Credentials(test.value), "the number stays")
			if test.echo != "" {
				assert.Equal(t, "it is [redacted-1]", r.Text("it is "+test.echo))
			}
		})
	}
}

func TestRedactorReadsRequests(t *testing.T) {
	var r redact.Redactor
	r.Request(http.Header{"Authorization": {"Bearer first-secret", "Bearer second-secret"}, "Accept": {"application/json"}})
	r.Request(http.Header{"authorization": {"Bearer third-secret"}})
	r.Request(nil)
	assert.Equal(t, "[redacted-1] [redacted-2] [redacted-3] application/json",
		r.Text("first-secret second-secret third-secret application/json"))
}

func TestRedactorKeepsHarmlessHeaders(t *testing.T) {
	var r redact.Redactor
	header := http.Header{
		"Authorization":       {"Bearer hunter2secret"},
		"Content-Type":        {"application/json"},
		"Ratelimit-Remaining": {"4999"},
		"Cookie":              {"session=1"},
		"Set-Cookie":          {"session=1"},
		"X-Account":           {"bob"},
	}
	kept := r.Headers(header)
	assert.Equal(t, http.Header{
		"Authorization":       {"Bearer [redacted-1]"},
		"Content-Type":        {"application/json"},
		"Ratelimit-Remaining": {"4999"},
	}, kept)
	kept["Content-Type"][0] = "text/plain"
	assert.Equal(t, "application/json", header.Get("Content-Type"), "a copy")
	assert.Equal(t, "Bearer hunter2secret", header.Get("Authorization"))
}

func TestRedactorError(t *testing.T) {
	var r redact.Redactor
	r.Hide("hunter2secret")
	assert.NoError(t, r.Error(nil))
	assert.Same(t, io.EOF, r.Error(io.EOF), "an error without a secret stays itself")
	secret := fmt.Errorf("no access with hunter2secret: %w", io.EOF)
	assert.EqualError(t, r.Error(secret), "no access with [redacted-1]: EOF")
	assert.False(t, errors.Is(r.Error(secret), io.EOF), "the error inside would still print the secret")
}

func TestRedactorImportURL(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want string
	}{
		"no address":           {body: `{"name":"a"}`, want: `{"name":"a"}`},
		"a plain address":      {body: `{"url":"https:\/\/b/a.img"}`, want: `{"url":"https:\/\/b/a.img"}`},
		"a query":              {body: `{"url":"https://b/a.img?s=1&t=2"}`, want: `{"url":"https://b/a.img?[redacted-1]"}`},
		"an empty query":       {body: `{"url":"https://b/a.img?"}`, want: `{"url":"https://b/a.img?"}`},
		"a fragment":           {body: `{"url":"https://b/a.img#s"}`, want: `{"url":"https://b/a.img#[redacted-1]"}`},
		"both":                 {body: `{"url":"https://b/a.img?s#t"}`, want: `{"url":"https://b/a.img?[redacted-1]#[redacted-2]"}`},
		"credentials":          {body: `{"url":"https://u:p@b/a.img"}`, want: `{"url":"https://b/a.img"}`},
		"credentials with @":   {body: `{"url":"https://u:p@q@b/a@c.img"}`, want: `{"url":"https://b/a@c.img"}`},
		"empty credentials":    {body: `{"url":"https://@b/a.img"}`, want: `{"url":"https://b/a.img"}`},
		"no scheme":            {body: `{"url":"u:p@b/a.img"}`, want: `{"url":"b/a.img"}`},
		"a name in capitals":   {body: `{"URL" : "https://b/a.img?s"}`, want: `{"URL" : "https://b/a.img?[redacted-1]"}`},
		"a name with escapes":  {body: `{"\u0075R\u006C":"https://b/a.img?s"}`, want: `{"\u0075R\u006C":"https://b/a.img?[redacted-1]"}`},
		"an escaped delimiter": {body: `{"url":"https://b/a.img\u003fs"}`, want: `{"url":"https://b/a.img?[redacted-1]"}`},
		"an invalid escape":    {body: `{"url":"https://b/a.img?s\q"}`, want: `{"url":"[redacted-1]"}`},
		"given twice":          {body: `{"url":"https://b/a?s","url":"c?t"}`, want: `{"url":"https://b/a?[redacted-1]","url":"c?[redacted-2]"}`},
		"not JSON":             {body: `"url":"https://b/a.img?s",}`, want: `"url":"https://b/a.img?[redacted-1]",}`},
	} {
		t.Run(name, func(t *testing.T) {
			var r redact.Redactor
			assert.Equal(t, test.want, r.ImportURL(test.body))
		})
	}
}

// The address of an import can be at hand without a body that has it.
func TestRedactorAddress(t *testing.T) {
	for name, test := range map[string]struct {
		address string
		want    string
		echo    string // what a server may repeat of it
		shown   string // what is left of that
	}{
		"plain":       {address: "https://b/a.img", want: "https://b/a.img", echo: "https://b/a.img", shown: "https://b/a.img"},
		"nothing":     {},
		"a query":     {address: "https://b/a.img?sig=sesame", want: "https://b/a.img?[redacted-1]", echo: `no https:\/\/b\/a.img?sig=sesame`, shown: `no https:\/\/b\/a.img[redacted-1]`},
		"a fragment":  {address: "https://b/a.img#sig=sesame", want: "https://b/a.img#[redacted-1]", echo: "a.img#sig=sesame", shown: "a.img[redacted-1]"},
		"credentials": {address: "https://bob:sesame@b/a.img", want: "https://b/a.img", echo: "https://bob:sesame@b/a.img", shown: "https:[redacted-1]b/a.img"},
		"all of them": {address: "https://bob:sesame@b/a.img?s#t", want: "https://b/a.img?[redacted-2]#[redacted-3]", echo: "//bob:sesame@b", shown: "[redacted-1]b"},
		"a copy":      {address: "https://b/a.img?[redacted-7]#[redacted-8]", want: "https://b/a.img?[redacted-7]#[redacted-8]", echo: "a.img?[redacted-7]#[redacted-8]", shown: "a.img?[redacted-7]#[redacted-8]"},
		"not a URL":   {address: "::?sesame-sesame", want: "::?[redacted-1]", echo: "sesame-sesame", shown: "sesame-sesame"},
	} {
		t.Run(name, func(t *testing.T) {
			var r redact.Redactor
			assert.Equal(t, test.want, r.Address(test.address))
			assert.Equal(t, test.want, r.Address(test.address), "the number stays")
			assert.Equal(t, test.shown, r.Text(test.echo))
		})
	}
}

// The URL of a request can have what it authenticates with, too.
func TestRedactorUserinfo(t *testing.T) {
	parse := func(address string) *url.URL {
		u, err := url.Parse(address)
		require.NoError(t, err)
		return u
	}
	var r redact.Redactor
	given := parse("https://bob:sesame%21%21@api.example/v2/images?page=2")
	assert.Equal(t, "https://api.example/v2/images?page=2", r.WithoutUser(given).String())
	assert.NotNil(t, given.User, "the URL that was given stays as it is")
	assert.Equal(t, "bob has [redacted-2]", r.Text("bob has sesame!!"), "a short name is part of any text")
	assert.Equal(t, "https://api.example/", r.WithoutUser(parse("https://hunter2secret@api.example/")).String())
	assert.Equal(t, "[redacted-4]", r.Text("hunter2secret"), "a token can be given as the user")
	assert.Equal(t, "https://api.example/", r.WithoutUser(parse("https://api.example/")).String())
}

// A response may repeat the address, as it is or as its JSON writes it.
func TestRedactorFindsEchoesOfAnImport(t *testing.T) {
	var r redact.Redactor
	r.ImportURL(`{"url":"https://b/a.img?s=a/b&t=sesame"}`)
	for _, echo := range []string{`?s=a/b&t=sesame`, `?s=a\/b&t=sesame`, `?s=a/b\u0026t=sesame`, `?s=a\/b\u0026t=sesame`} {
		assert.Equal(t, `https://b/a.img[redacted-1]"`, r.Text(`https://b/a.img`+echo+`"`))
	}
	assert.Equal(t, "s=a/b&t=sesame", r.Text("s=a/b&t=sesame"), "a short part is not searched for without its delimiter")

	r.ImportURL(`{"url":"https://b/a.img?signature=0123456789"}`)
	assert.Equal(t, "[redacted-2]", r.Text("signature=0123456789"), "a long one is")
}

func TestPrintable(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"text":                 {text: "Ünïcode ✔ \u00a0日本", want: "Ünïcode ✔ \u00a0日本"},
		"line ends and tabs":   {text: "a\nb\tc", want: "a b c"},
		"a carriage return":    {text: "a\rb", want: `a\u000db`},
		"an escape sequence":   {text: "\x1b[31mred", want: `\u001b[31mred`},
		"C1 controls":          {text: "a\u0085b\u009fc\u007fd", want: `a\u0085b\u009fc\u007fd`},
		"other line ends":      {text: "a\u2028b\u2029c", want: `a\u2028b\u2029c`},
		"bidi embeddings":      {text: "\u202aa\u202e", want: `\u202aa\u202e`},
		"bidi isolates":        {text: "\u2066a\u2069", want: `\u2066a\u2069`},
		"bidi marks":           {text: "\u200ea\u200f\u061c", want: `\u200ea\u200f\u061c`},
		"no width":             {text: "a\u200bb\u200c\u200d\u2060\ufeff", want: `a\u200bb\u200c\u200d\u2060\ufeff`},
		"beyond the BMP":       {text: "a\U000e0001b😀", want: `a\U000e0001b😀`},
		"no characters":        {text: "a\ufffeb\uffffc", want: `a\ufffeb\uffffc`},
		"invalid UTF-8":        {text: "a\xff\xfeb", want: "a\ufffdb"},
		"what is printable so": {text: `a\u202eb`, want: `a\u202eb`},
	} {
		assert.Equal(t, test.want, redact.Printable(test.text), name)
		assert.Equal(t, test.want, redact.Printable(redact.Printable(test.text)), name)
	}
}

// An error that prints on one line is itself. Any other is still found by errors.Is.
func TestPrintableError(t *testing.T) {
	assert.NoError(t, redact.PrintableError(nil))
	assert.Same(t, io.EOF, redact.PrintableError(io.EOF))
	hostile := fmt.Errorf("open a\n::error::b\x1b.har: %w", io.EOF)
	assert.EqualError(t, redact.PrintableError(hostile), `open a ::error::b\u001b.har: EOF`)
	assert.ErrorIs(t, redact.PrintableError(hostile), io.EOF)
}

// A runner of GitHub Actions reads commands from the log of a job, wherever a line comes from.
func TestWithoutCommands(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"no command":              {text: "a: b [c]\n", want: "a: b [c]\n"},
		"a command":               {text: "::error::a", want: ": :error::a"},
		"on a later line":         {text: "a\n::stop-commands::b\n", want: "a\n: :stop-commands::b\n"},
		"after white space":       {text: " \t::error::a", want: " \t: :error::a"},
		"within a line":           {text: "a ::error::b", want: "a ::error::b"},
		"of the older kind":       {text: "##[error]a", want: "# #[error]a"},
		"of that, within a line":  {text: "a ##[add-path]/b", want: "a # #[add-path]/b"},
		"without one, once again": {text: ": :error::a # #[error]b", want: ": :error::a # #[error]b"},
	} {
		assert.Equal(t, test.want, redact.WithoutCommands(test.text), name)
	}
}

func TestShorten(t *testing.T) {
	assert.Equal(t, strings.Repeat("a", 200), redact.Shorten(strings.Repeat("a", 200)))
	assert.Equal(t, strings.Repeat("a", 200)+"…", redact.Shorten(strings.Repeat("a", 201)))
	assert.Equal(t, strings.Repeat("a", 199)+"…", redact.Shorten(strings.Repeat("a", 199)+"é"), "a character is not truncated")
}
