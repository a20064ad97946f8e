package contracttest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/contracttest/internal/testkit"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// These tests find a parameter or a field of the document that was taken in by half: what is generated compiles, and
// nothing else would miss it.

// listParameters has a value for each query parameter of images_list, with which a list is another one than without.
var listParameters = map[string]string{
	"page":     "2",
	"per_page": "7",
	"private":  "true",
	"tag_name": "base-image",
	"type":     "application",
}

func TestEveryListParameterIsTakenIn(t *testing.T) {
	fake := fakeapi.New()
	plain := listOf(t, fake, nil)
	for field := range reflect.TypeFor[gen.ImagesListParams]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("form"), ",")
		t.Run(name, func(t *testing.T) {
			value, ok := listParameters[name]
			require.True(t, ok, "listParameters needs a value for it")
			query := url.Values{name: {value}}
			assert.Equal(t, value, sentByWrapper(t, field.Name, value).Get(name), "wrapper.ListParams is sent")

			heeded := listOf(t, fake, query)
			assert.Empty(t, testkit.Contract(t).Check(heeded))
			assert.NotEqual(t, string(plain.Body), string(heeded.Body), "the fake heeds it")

			ignored := plain
			ignored.URL = heeded.URL
			assert.NotEmpty(t, testkit.Contract(t).Check(ignored), "a list that ignores it is found")

			if name != "page" && name != "per_page" {
				query.Set("per_page", "1")
				dropped := listOf(t, fake, query)
				testkit.ReplaceBody(`\u0026`+url.Values{name: {value}}.Encode(), "")(&dropped)
				assert.NotEmpty(t, testkit.Contract(t).Check(dropped), "a link that drops it is found")
			}
		})
	}
}

// listOf returns the fake's first page of a list.
func listOf(t *testing.T, fake *fakeapi.API, query url.Values) traffic.Exchange {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.digitalocean.com/v2/images?"+query.Encode(), nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+fakeapi.Token)
	resp, exchange, err := traffic.RoundTrip(fake, req)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 200, exchange.Status)
	return exchange
}

// sentByWrapper returns the query of a list for which one field of wrapper.ListParams is set.
func sentByWrapper(t *testing.T, field, value string) (query url.Values) {
	t.Helper()
	var params wrapper.ListParams
	target := reflect.ValueOf(&params).Elem().FieldByName(field)
	require.True(t, target.IsValid(), "wrapper.ListParams has no %s", field)
	setText(t, target, value)

	fake := fakeapi.New()
	transport := testkit.RoundTripper(func(req *http.Request) (*http.Response, error) {
		query = req.URL.Query()
		return fake.RoundTrip(req)
	})
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	for _, err := range client.Images(t.Context(), params) {
		require.NoError(t, err)
		break
	}
	return query
}

// setText sets a value from the text that a query has for it.
func setText(t *testing.T, v reflect.Value, text string) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(text == "true")
	case reflect.Int:
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		v.SetInt(int64(n))
	default:
		t.Fatalf("setText needs a case for %s", v.Type())
	}
}

// A caller who changes an image that the fake returned must not change the fake's, nor another caller's.
func TestTheFakeCopiesEveryFieldOfAnImage(t *testing.T) {
	var given gen.Image
	fill(t, reflect.ValueOf(&given).Elem())
	fake := fakeapi.New(fakeapi.WithImages(given))
	one, other := fake.Images()[0], fake.Images()[0]
	require.Equal(t, given, one)
	assertApart(t, "Image", reflect.ValueOf(one), reflect.ValueOf(other))
	assertApart(t, "Image", reflect.ValueOf(one), reflect.ValueOf(given))
}

// fill gives a value, and all that it holds, something else than zero.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		v.SetString("a")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0))
	case reflect.Map:
		key, item := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key)
		fill(t, item)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, item)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2020, 5, 4, 22, 23, 2, 0, time.UTC)))
			return
		}
		for _, field := range v.Fields() {
			fill(t, field)
		}
	default:
		t.Fatalf("fill needs a case for %s", v.Type())
	}
}

// assertApart asserts that two equal values share no memory.
func assertApart(t *testing.T, path string, a, b reflect.Value) {
	t.Helper()
	switch a.Kind() {
	case reflect.Pointer:
		assert.NotEqual(t, a.Pointer(), b.Pointer(), path)
		assertApart(t, path, a.Elem(), b.Elem())
	case reflect.Slice:
		assert.NotEqual(t, a.Pointer(), b.Pointer(), path)
		assertApart(t, path+"[0]", a.Index(0), b.Index(0))
	case reflect.Map:
		assert.NotEqual(t, a.Pointer(), b.Pointer(), path)
		for _, key := range a.MapKeys() {
			assertApart(t, path+"["+key.String()+"]", a.MapIndex(key), b.MapIndex(key))
		}
	case reflect.Struct:
		if a.Type() == reflect.TypeFor[time.Time]() {
			return // its location is shared, and nobody can change it
		}
		for i := range a.NumField() {
			assertApart(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	default: // holds no memory of others
	}
}

// A field that is null or empty wherever it is would look as if it were taken in.
func TestEveryFieldOfAnImageHasAValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recorded, faked := map[string]bool{}, map[string]bool{}
		noteValues(recorded, recordedImages(t))
		noteValues(faked, fakedImages(t))
		for field := range reflect.TypeFor[gen.Image]().Fields() {
			assert.True(t, recorded[field.Name], "no recording has a value for %s", field.Name)
			assert.True(t, faked[field.Name], "the fake has no value for %s", field.Name)
		}
	})
}

// recordedImages returns every image in the recordings.
func recordedImages(t *testing.T) (images []gen.Image) {
	t.Helper()
	for _, file := range testkit.Cassettes(t) {
		for _, exchange := range testkit.ReadAll(t, file) {
			var body struct {
				gen.ImageResponse
				gen.ImageList
			}
			if json.Unmarshal(exchange.Body, &body) == nil { // others are of other types
				images = append(append(images, body.Images...), body.Image)
			}
		}
	}
	return images
}

// fakedImages returns the images of a fake to which one was added by an import that failed.
func fakedImages(t *testing.T) []gen.Image {
	t.Helper()
	failing := fakeapi.Fault{Operation: "images_create_custom", Do: fakeapi.FailImport("no such host")}
	fake := fakeapi.New(fakeapi.WithFailedImportsListed(), fakeapi.WithFaults(failing))
	client, err := wrapper.NewClient(fakeapi.Token, wrapper.WithHTTPClient(&http.Client{Transport: fake}))
	require.NoError(t, err)
	failed := gen.ImageCreate{Name: "web", URL: "https://example.com/web.qcow2", Region: gen.RegionSlugNyc3}
	_, err = client.CreateAndWait(t.Context(), failed)
	require.ErrorContains(t, err, "no such host")
	return fake.Images()
}

// noteValues notes the fields that have a value in any of some images.
func noteValues(seen map[string]bool, images []gen.Image) {
	for _, image := range images {
		for field, value := range reflect.ValueOf(image).Fields() {
			seen[field.Name] = seen[field.Name] || !value.IsZero()
		}
	}
}

// notShown is what no recording and no case of the suite shows of what clients send and of successful responses.
// A new field belongs into a recording and into the fake, and not in here.
var notShown = map[string][]string{
	"imageActions_get":  {"response 200 /action/resource_id null"},
	"imageActions_post": {"response 201 /action/resource_id null"},
	"imageActions_list": {
		"response 200 /actions/*/completed_at null", "response 200 /actions/*/resource_id null",
		"response 200 /links/pages/first", "response 200 /links/pages/prev",
	},
	// No response to a create that was observed or documented has these fields.
	"images_create_custom": {
		"request /tags null", "response 202 /image/min_disk_size", "response 202 /image/min_disk_size null",
		"response 202 /image/public", "response 202 /image/size_gigabytes", "response 202 /image/size_gigabytes null",
		"response 202 /image/slug", "response 202 /image/slug null", "response 202 /image/tags null",
	},
	"images_get": {"response 200 /image/tags null"},
	"images_list": {
		"response 200 /images/*/min_disk_size null", "response 200 /images/*/size_gigabytes null",
		"response 200 /images/*/tags null",
	},
	"images_update": {
		"request /distribution", "response 200 /image/min_disk_size null", "response 200 /image/size_gigabytes null",
		"response 200 /image/tags null",
	},
}

// Every parameter and field, and null where it is allowed, is shown by something that make contract reads.
func TestEveryFieldIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, shown, err := contracttest.RunCases(t.Context(), slowTarget())
		require.NoError(t, err)
		addRecordings(t, shown)
		for operation, coverage := range shown.Coverage().Operations {
			missing := slices.DeleteFunc(coverage.Missing, func(item string) bool { return !isOfClients(item) })
			assert.ElementsMatch(t, notShown[operation], missing, operation)
		}
	})
}

// isOfClients reports whether an item of the coverage is a parameter, a field or a null that clients send or are sent.
// It leaves out the single values of enums, and errors.
func isOfClients(item string) bool {
	isSuccess := !strings.HasPrefix(item, "response ") || strings.HasPrefix(item, "response 2")
	return isSuccess && !strings.Contains(item, "=")
}
