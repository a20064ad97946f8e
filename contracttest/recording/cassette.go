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

// readCassette yields the exchanges of a go-vcr recording, or one error and nothing else. A cassette is short, and
// one that was edited badly should not be checked in part.
func readCassette(file string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		exchanges, err := cassetteExchanges(file)
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

func cassetteExchanges(file string) ([]traffic.Exchange, error) {
	recorded, err := loadCassette(file)
	if err != nil {
		return nil, err
	}
	exchanges := make([]traffic.Exchange, 0, len(recorded.Interactions))
	for i, interaction := range recorded.Interactions {
		exchange, err := interactionExchange(interaction, fmt.Sprintf("%s#%d", filepath.Base(file), i))
		if err != nil {
			return nil, err
		}
		exchanges = append(exchanges, exchange)
	}
	provenance, err := ReadProvenance(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	setTimes(exchanges, recorded, provenance)
	return exchanges, nil
}

// loadCassette loads a cassette. The library takes any YAML for one without interactions, which would be a recording in
// which all is well, so that is refused.
func loadCassette(file string) (*cassette.Cassette, error) {
	name, ok := strings.CutSuffix(file, ".yaml")
	if !ok {
		return nil, fmt.Errorf("%s: the name of a recording ends in .yaml (a cassette) or .har (an HTTP Archive)", file)
	}
	if err := checkFile(file); err != nil { // the library's error does not name the file
		return nil, err
	}
	recorded, err := cassette.Load(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(recorded.Interactions) > 0 {
		return recorded, nil
	}
	var content map[string]any
	text, err := os.ReadFile(file)
	if err = errors.Join(err, yaml.Unmarshal(text, &content)); err != nil || content["interactions"] == nil {
		return nil, errors.Join(fmt.Errorf("%s: not a cassette: it has no interactions", file), err)
	}
	return recorded, nil
}

// interactionExchange returns what a cassette calls an interaction.
func interactionExchange(interaction *cassette.Interaction, source string) (traffic.Exchange, error) {
	if interaction == nil {
		return traffic.Exchange{}, fmt.Errorf("%s: an empty interaction", source)
	}
	request, response := interaction.Request, interaction.Response
	u, err := url.Parse(request.URL)
	if err != nil || request.Method == "" || response.Code == 0 {
		return traffic.Exchange{}, fmt.Errorf("%s: not a recording of a request and its response", source)
	}
	return traffic.Exchange{
		Source:        source,
		Method:        request.Method,
		URL:           u,
		RequestHeader: request.Headers,
		RequestBody:   []byte(request.Body),
		Status:        response.Code,
		Header:        response.Headers,
		Body:          []byte(response.Body),
	}, nil
}

// setTimes sets when each exchange began and ended, where the provenance says when. A cassette has no place for it.
func setTimes(exchanges []traffic.Exchange, recorded *cassette.Cassette, provenance Provenance) {
	for _, origin := range provenance.Exchanges {
		i := origin.Interaction
		if i < 0 || i >= len(exchanges) || origin.Began.IsZero() {
			continue
		}
		exchanges[i].Began = origin.Began
		exchanges[i].Ended = origin.Began.Add(recorded.Interactions[i].Response.Duration)
	}
}
