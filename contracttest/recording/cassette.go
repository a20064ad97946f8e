package recording

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"

	"example.com/doimages/contracttest/traffic"
)

// readCassette yields the exchanges of a go-vcr recording. It yields none where any of them cannot be used.
func readCassette(file string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		exchanges, err := loadCassette(file)
		if err != nil {
			yield(traffic.Exchange{}, err)
			return
		}
		for _, exchange := range exchanges {
			if !yield(exchange, nil) {
				return
			}
		}
	}
}

func loadCassette(file string) ([]traffic.Exchange, error) {
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
	exchanges := make([]traffic.Exchange, len(recorded.Interactions))
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
		exchanges[i] = traffic.Exchange{
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
