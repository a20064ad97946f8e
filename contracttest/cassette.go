package contracttest

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
)

// ReadCassette reads the exchanges of a go-vcr recording, and from the provenance beside it, if there is one, when each
// began. The name of the file ends in .yaml.
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
	if len(recorded.Interactions) == 0 { // as any YAML has it
		var content map[string]any
		text, err := os.ReadFile(file)
		if err = errors.Join(err, yaml.Unmarshal(text, &content)); err != nil || content["interactions"] == nil {
			return nil, errors.Join(fmt.Errorf("%s: it is no cassette: it has no interactions", file), err)
		}
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
	provenance, err := ReadProvenance(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, origin := range provenance.Exchanges {
		if i := origin.Interaction; 0 <= i && i < len(exchanges) && !origin.Began.IsZero() {
			exchanges[i].Began, exchanges[i].Ended = origin.Began, origin.Began.Add(recorded.Interactions[i].Response.Duration)
		}
	}
	return exchanges, nil
}

// Provenance says where a recording comes from. It stands beside X.cassette.yaml as X.provenance.yaml.
type Provenance struct {
	Kind         string   `yaml:"kind"`                // documentation, recording of the API, or recording of another server than the API
	Operation    string   `yaml:"operation,omitempty"` // the operation id, where there is one alone
	Document     string   `yaml:"document"`            // what was written down, or where the requests were sent
	Revision     string   `yaml:"revision"`            // of the document, or of the contract at the time
	DocumentDate string   `yaml:"document_date"`       // as 2006-01-02
	Transcribed  string   `yaml:"transcribed"`         // as 2006-01-02
	Note         string   `yaml:"note"`                // what else a reader should know
	Exchanges    []Origin `yaml:"exchanges"`
}

// Origin says where one exchange of a recording comes from.
type Origin struct {
	Interaction int       `yaml:"interaction"`     // its index in the cassette
	Status      int       `yaml:"status"`          // of the response
	Source      string    `yaml:"source"`          // the place in the document, or the method
	Began       time.Time `yaml:"began,omitempty"` // when the request was sent
}

// ReadProvenance reads what is known of the origin of a cassette. The error is fs.ErrNotExist if nothing is.
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
