package contracttest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
)

// Exchange is one request and the response to it, as recorded or as seen.
type Exchange struct {
	Source   string // where it comes from, such as images_list.cassette.yaml#3
	File     string // the recording that holds it, as it was named
	Redacted bool   // whether credentials may have been taken out

	Method        string
	URL           *url.URL
	RequestHeader http.Header
	RequestBody   []byte

	Status int
	Header http.Header
	Body   []byte
}

// ReadCassette reads the exchanges of a go-vcr recording. The name of the file ends in .yaml.
func ReadCassette(file string) ([]Exchange, error) {
	name, ok := strings.CutSuffix(file, ".yaml")
	if !ok {
		return nil, fmt.Errorf("%s: the name of a recording ends in .yaml (a cassette) or .har (an HTTP Archive)", file)
	}
	if _, err := os.Stat(file); err != nil {
		return nil, err
	}
	recorded, err := cassette.Load(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	exchanges := make([]Exchange, len(recorded.Interactions))
	for i, interaction := range recorded.Interactions {
		source := fmt.Sprintf("%s#%d", filepath.Base(file), i)
		if interaction == nil {
			return nil, fmt.Errorf("%s: an empty interaction", source)
		}
		request, response := interaction.Request, interaction.Response
		u, err := url.Parse(request.URL)
		if err != nil || request.Method == "" || response.Code == 0 {
			return nil, fmt.Errorf("%s: no recording of a request and its response", source)
		}
		exchanges[i] = Exchange{
			Source: source,
			Method: request.Method, URL: u, RequestHeader: request.Headers, RequestBody: []byte(request.Body),
			Status: response.Code, Header: response.Headers, Body: []byte(response.Body),
		}
	}
	return exchanges, nil
}

// Provenance says where a recording comes from. It stands beside X.cassette.yaml as X.provenance.yaml.
type Provenance struct {
	Kind         string `yaml:"kind"`                // documentation: examples, written down as a recording
	Operation    string `yaml:"operation,omitempty"` // the operation id
	Document     string `yaml:"document"`
	Revision     string `yaml:"revision"`
	DocumentDate string `yaml:"document_date"`
	Transcribed  string `yaml:"transcribed"`
	Note         string `yaml:"note"`
	Exchanges    []struct {
		Interaction int    `yaml:"interaction"`
		Status      int    `yaml:"status"`
		Source      string `yaml:"source"`
	} `yaml:"exchanges"`
}

// ReadProvenance reads what is known of the origin of a cassette.
func ReadProvenance(cassetteFile string) (Provenance, error) {
	file := provenanceFile(cassetteFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return Provenance{}, err
	}
	var p Provenance
	if err := yaml.Unmarshal(text, &p); err != nil {
		return Provenance{}, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

func provenanceFile(cassetteFile string) string {
	return strings.TrimSuffix(cassetteFile, ".cassette.yaml") + ".provenance.yaml"
}
