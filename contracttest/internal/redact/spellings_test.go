package redact_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest/internal/redact"
)

// A secret can be written in other ways than it was sent, and its parts each in another.
func TestRedactorFindsEverySpelling(t *testing.T) {
	for name, test := range map[string]struct {
		secret string
		text   string
		want   string
	}{
		"percent-encoded":                  {secret: "hunter2secret", text: "a=%68%75%6E%74%65%72%32%73%65%63%72%65%74&b", want: "a=[redacted-1]&b"},
		"in part, in lower and upper case": {secret: "hun/ter-secret", text: "a=hun%2fter%2Dsecret hun%2Fter%2dsecret", want: "a=[redacted-1] [redacted-1]"},
		"percent-encoded, in capitals":     {secret: "hunter2secret", text: "%48UNTER2SECRE%54", want: "[redacted-1]"},
		"percent-encoded twice":            {secret: "hunter2secret", text: "?a=%2568unter2secre%2574", want: "?a=[redacted-1]"},
		"all of it encoded again":          {secret: "hunter2secret", text: "?a=%25%36%38unter2secret", want: "?a=[redacted-1]"},
		"as an escape of JSON":             {secret: "hunter2secret", text: `{"a":"\u0068unter2secre\u0074"}`, want: `{"a":"[redacted-1]"}`},
		"as JSON in JSON":                  {secret: "hunter2secret", text: `"{\"a\":\"\\u0068unter2secret\"}"`, want: `"{\"a\":\"[redacted-1]\"}"`},
		"with slashes as PHP writes them":  {secret: "hunter/2/secret", text: `"hunter\/2\/secret"`, want: `"[redacted-1]"`},
		"URL in JSON":                      {secret: "hunter/2&secret", text: `"?a=hunter%2f2\u0026secret"`, want: `"?a=[redacted-1]"`},
		"JSON in a URL":                    {secret: "hunter2secret", text: `?a=%22%5Cu0068unter2secret%22`, want: `?a=%22[redacted-1]%22`},
		"given with escapes":               {secret: "hunter%2F2%2Fsecret", text: "hunter/2/secret", want: "[redacted-1]"},
		"given with escapes, as it is":     {secret: "hunter%2F2%2Fsecret", text: "hunter%2F2%2Fsecret", want: "[redacted-1]"},
		"after a line end of JSON":         {secret: "nunter2secret", text: `"a\nnunter2secret\n"`, want: `"a\n[redacted-1]\n"`},
		"after what looks like an escape":  {secret: "nunter2secret", text: `C:\nunter2secret`, want: `C:[redacted-1]`},
		"after a backslash of JSON":        {secret: "nunter2secret", text: `"C:\\nunter2secret"`, want: `"C:[redacted-1]"`},
		"before what looks like an escape": {secret: "hunter2secret%", text: `hunter2secret%25`, want: `[redacted-1]`},
		"after a broken escape":            {secret: "abcdef123456", text: `100%abcdef123456`, want: `100[redacted-1]`},
		"a token, in capitals":             {text: "DOP_V1_0A dop_v1_0a", want: "[redacted-1] [redacted-1]"},
		"a token, percent-encoded":         {text: "?a=dop%5Fv1%5F%30a&b", want: "?a=[redacted-1]&b"},
		"a token, as an escape of JSON":    {text: `"\u0064op_v1_0a\"`, want: `"[redacted-1]\"`},
		"a truncated one, encoded":         {secret: "hunter2secret", text: "?a=%68unter2%73…", want: "?a=[redacted-1]…"},
		"truncated within an escape":       {secret: "hunter2secret", text: `"hunter2\u00…, hunter2%7…, hunter2%…`, want: `"[redacted-1]…, [redacted-1]…, [redacted-1]…`},
		"an address":                       {text: `"alice\u0040example.com"`, want: `"someone\u0040example.com"`},
		"an address, encoded twice":        {text: "?a=bob%252Bdo%2540example.com&b", want: "?a=someone%2540example.com&b"},
		"an address after an escape":       {text: `"a\nbob@example.com, %20bob@example.com"`, want: `"a\nsomeone@example.com, %20someone@example.com"`},
		"an address with other letters":    {text: "?a=%C3%A9va%40m%C3%BCller.example&b", want: "?a=someone%40example.com&b"},
		"user and password":                {text: "https://bob:sesame@api.example/v2 http://tok%40en@b", want: "https://***@api.example/v2 http://***@b"},
		"user and password in JSON":        {text: `"https:\/\/bob:se\u0026same@api.example\/v2"`, want: `"https:\/\/***@api.example\/v2"`},
		"user and password in a query":     {text: "?u=https%3A%2F%2Fbob%3Asesame%40api.example%2Fv2", want: "?u=https%3A%2F%2F***%40api.example%2Fv2"},
		"a password with an @":             {text: "https://bob:p@ss@api.example/", want: "https://***@api.example/"},
		"a password with a slash":          {text: "https://bob:p%2Fss@api.example/", want: "https://***@api.example/"},
		"an @ after the host":              {text: "https://api.example/v2/@bob https://api.example?to=@bob", want: "https://api.example/v2/@bob https://api.example?to=@bob"},
		"a placeholder, encoded":           {secret: "redacted", text: "%5Bredacted-7%5D redacted", want: "[redacted-7] [redacted-1]"},
		"a secret that overlaps one":       {secret: "-7]hunter", text: "[redacted-7]hunter", want: "[redacted-7]"},
	} {
		t.Run(name, func(t *testing.T) {
			var r redact.Redactor
			r.Hide(test.secret)
			got := r.Text(test.text)
			assert.Equal(t, test.want, got)
			assert.Equal(t, test.want, r.Text(got), "a text without secrets stays as it is")
		})
	}
}

// A server may repeat the user or the password of Basic credentials, or both.
func TestRedactorDecodesBasicCredentials(t *testing.T) {
	for name, test := range map[string]struct {
		value string
		echo  string
		want  string
	}{
		"both":                       {value: "Basic aHVudGVyMnNlY3JldDpzZXNhbWU=", echo: "hunter2secret:sesame", want: "[redacted-1]"},
		"the user":                   {value: "basic aHVudGVyMnNlY3JldDpzZXNhbWU=", echo: "hunter2secret", want: "[redacted-1]"},
		"a short password":           {value: "Basic aHVudGVyMnNlY3JldDpzZXNhbWU=", echo: "sesame", want: "sesame"},
		"the password":               {value: "Basic Ym9iOmh1bnRlcjJzZWNyZXQ=", echo: "hunter2secret of bob", want: "[redacted-1] of bob"},
		"without padding":            {value: "Basic Ym9iOmh1bnRlcjJzZWNyZXQ", echo: "hunter2secret", want: "[redacted-1]"},
		"the header without padding": {value: "Basic Ym9iOmh1bnRlcjJzZWNyZXQ=", echo: "Ym9iOmh1bnRlcjJzZWNyZXQ", want: "[redacted-1]"},
		"the header in a query":      {value: "Basic Ym9iOmh1bnRlcjJzZWNyZXQ=", echo: "?a=Ym9iOmh1bnRlcjJzZWNyZXQ%3D&b", want: "?a=[redacted-1]&b"},
		"both short":                 {value: "Basic YTpi", echo: "a:b YTpi", want: "a:b YTpi"},
		"not Base64":                 {value: "Basic hunter2!secret", echo: "hunter2!secret", want: "[redacted-1]"},
	} {
		t.Run(name, func(t *testing.T) {
			var r redact.Redactor
			r.Credentials(test.value)
			assert.Equal(t, test.want, r.Text(test.echo))
		})
	}
}

// net/http sends user and password of a URL as Basic credentials.
func TestRedactorKnowsUserinfoAsBasicCredentials(t *testing.T) {
	u, err := url.Parse("https://bob:hunter2secret@api.example/")
	require.NoError(t, err)
	var r redact.Redactor
	r.WithoutUser(u)
	assert.Regexp(t, `^\[redacted-\d\]$`, r.Text("Ym9iOmh1bnRlcjJzZWNyZXQ="))
	assert.Regexp(t, `^\[redacted-\d\]$`, r.Text("bob:hunter2secret"))
}

// encodings are the ways in which software writes a character.
var encodings = []func(c string, rng *rand.Rand) string{
	func(c string, _ *rand.Rand) string { return url.QueryEscape(c) },
	func(c string, _ *rand.Rand) string { return fmt.Sprintf("%%%02X", c) },
	func(c string, rng *rand.Rand) string {
		if c == "%" || rng.IntN(2) == 0 {
			return fmt.Sprintf("%%%02x", c)
		}
		return c
	},
	func(c string, _ *rand.Rand) string {
		text, _ := json.Marshal(c)
		return string(text[1 : len(text)-1])
	},
	func(c string, rng *rand.Rand) string {
		if c == `\` || c == `"` || rng.IntN(2) == 0 {
			return fmt.Sprintf(`\u%04x`, c[0])
		}
		return c
	},
}

// spell returns a text in up to three encodings, one within the other.
func spell(text string, rng *rand.Rand) string {
	for range rng.IntN(4) {
		encode := encodings[rng.IntN(len(encodings))]
		var b strings.Builder
		for _, c := range []byte(text) {
			b.WriteString(encode(string(c), rng))
		}
		text = b.String()
	}
	return text
}

// randomToken returns what a header can have as a token: RFC 6750, 2.1.
func randomToken(rng *rand.Rand) string {
	const characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/"
	token := make([]byte, 8+rng.IntN(60))
	for i := range token {
		token[i] = characters[rng.IntN(len(characters))]
	}
	return string(token)
}

// decoded returns a text without its escapes, so that a test sees what is spelled in it.
func decoded(text string) string {
	for range 5 {
		var b strings.Builder
		for i := 0; i < len(text); i++ {
			var c byte
			var hex string
			switch {
			case i+3 <= len(text) && text[i] == '%':
				hex = text[i : i+3]
			case i+6 <= len(text) && strings.HasPrefix(text[i:], `\u00`):
				hex = text[i : i+6]
			}
			if n, err := fmt.Sscanf(hex[max(0, len(hex)-2):], "%02x", &c); hex != "" && err == nil && n == 1 {
				b.WriteByte(c)
				i += len(hex) - 1
				continue
			}
			b.WriteByte(text[i])
		}
		text = b.String()
	}
	return text
}

// Whatever encodings a token passed through, with what is around it, it does not stay.
func TestRedactorFindsRandomTokensInRandomSpellings(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	around := []string{"", " ", `"`, "https://api.example/?a=", "&b=", "\n", `\`, "100%", "é", "…", `{"a":"`}
	for range 3_000 {
		token := randomToken(rng)
		text := around[rng.IntN(len(around))] + token + around[rng.IntN(len(around))]
		spelled := spell(text, rng)
		var r redact.Redactor
		r.Hide(token)
		got := r.Text(spelled)
		require.NotContains(t, decoded(got), token, "%q in %q", token, spelled)
		require.Contains(t, got, "[redacted-1]", "%q in %q", token, spelled)
		require.Equal(t, got, r.Text(got), "%q in %q", token, spelled)
	}
}

func TestRedactorFindsRandomAddressesInRandomSpellings(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 3_000 {
		name := strings.Trim(strings.ReplaceAll(strings.ReplaceAll(randomToken(rng), "/", ""), "~", ""), ".-+") + "x"
		spelled := spell("a="+name+"@mail.example", rng)
		var r redact.Redactor
		got := r.Text(spelled)
		require.NotContains(t, decoded(got), name, "%q in %q", name, spelled)
	}
}

func FuzzRedactor(f *testing.F) {
	for _, text := range []string{
		`{"a":"\u0068unter2secret\/"}`,
		"?a=%2568unter2secret&b=bob%40example.org",
		"https://u:p@h/ [redacted-3] dop_v1_a… hunter2…",
		`\\\\u0068unter2secret%`,
		"://@://a@b@c.d@e.f%",
		"%5Bredacted-9%5Dhunter2secret\xff\u202e",
	} {
		f.Add("hunter2secret", text)
	}
	f.Fuzz(func(t *testing.T, secret, text string) {
		var r redact.Redactor
		r.Hide(secret)
		got := r.Text(text)
		isSearched := len(secret) >= 8 && !strings.Contains(strings.ToLower("[redacted-1234567890]***"+redact.Someone), strings.ToLower(secret))
		if isSearched && !strings.Contains(text, "[redacted-") && !strings.Contains(secret, "[redacted-") {
			assert.NotContains(t, got, secret)
		}
		assert.NotContains(t, redact.Printable(got), "\n")
	})
}

// A large text takes time in proportion to its length, and so do many secrets and long ones.
func TestRedactorTakesNoQuadraticTime(t *testing.T) {
	const size = 1 << 18
	fill := func(text string) string { return strings.Repeat(text, size/len(text)+1)[:size] }
	var many strings.Builder
	for i := range size / 20 {
		fmt.Fprintf(&many, "dop_v1_%012x ", i)
	}
	var manySecrets []string
	for i := range 10_000 {
		manySecrets = append(manySecrets, fmt.Sprintf("aaaaaaaaaaaaaaaaaaaaaaaa%06d", i))
	}
	for name, test := range map[string]struct {
		secrets []string
		text    string
	}{
		"percent signs":         {text: fill("%25")},
		"nested percent signs":  {text: fill("%") + fill("2525")},
		"backslashes":           {text: fill(`\`)},
		"unicode escapes":       {text: fill(`\u005c`)},
		"addresses":             {text: fill("a@b.c+")},
		"no addresses":          {text: fill("a@")},
		"one long local part":   {text: fill("a") + "@b"},
		"schemes":               {text: fill("://")},
		"user names":            {text: fill("://a@")},
		"tokens":                {text: many.String()},
		"one long token":        {text: "dop_v1_" + fill("a")},
		"placeholders":          {text: fill("[redacted-1]")},
		"no placeholders":       {text: fill("[redacted-")},
		"ellipses":              {secrets: []string{"aaaaaaaaaaaaaaaaaaaaaaaab"}, text: fill("aaaaaaaaaaaaaaaaaaaaaaaa…")},
		"no ellipses":           {secrets: []string{"aaaaaaaaaaaaaaaaaaaaaaaab"}, text: fill("a") + "…"},
		"half a secret":         {secrets: []string{strings.Repeat("a", 200) + "b"}, text: fill("a")},
		"half a very long one":  {secrets: []string{strings.Repeat("a", 1<<17) + "b"}, text: fill("a")},
		"secrets that overlap":  {secrets: []string{"abababab", "babababa"}, text: fill("ab")},
		"many secrets":          {secrets: manySecrets, text: fill("aaaaaaaaaaaaaaaaaaaaaaaa0")},
		"a very long one again": {secrets: []string{fill("0123456789")}, text: fill("0123456789")},
	} {
		t.Run(name, func(t *testing.T) {
			var r redact.Redactor
			for _, secret := range test.secrets {
				r.Hide(secret)
			}
			start := time.Now()
			r.Text(test.text)
			assert.Less(t, time.Since(start), 20*time.Second)
			t.Log(time.Since(start))
		})
	}
}

func BenchmarkText(b *testing.B) {
	page := strings.Repeat(`{"id":7555620,"name":"Nifty New Snapshot","distribution":"Ubuntu","regions":["nyc3"],"url":"https:\/\/a"},`, 700)
	var r redact.Redactor
	r.Hide("dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
	r.Address("https://bucket.example/a.img?X-Amz-Signature=0123456789abcdef")
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		r.Text(page)
	}
}
