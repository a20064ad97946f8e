package recording

import (
	"fmt"
	"os"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"example.com/doimages/contracttest/internal/redact"
)

// Kind says what a recording is evidence of.
type Kind string

// The kinds of recordings.
const (
	KindDocumentation Kind = "documentation"                            // examples that the API reference prints
	KindReported      Kind = "reported"                                 // what others published of the API's responses
	KindAPI           Kind = "recording of the API"                     // responses of api.digitalocean.com, all over TLS
	KindOtherServer   Kind = "recording of another server than the API" // such as a fake
)

// Provenance says where a recording comes from. It is beside X.cassette.yaml as X.provenance.yaml.
type Provenance struct {
	Kind         Kind             `yaml:"kind"`                // what the recording is evidence of
	BaseURL      string           `yaml:"base_url,omitempty"`  // of the server, if [WithBase] was given
	Operation    string           `yaml:"operation,omitempty"` // the operation id, where the recording has only one
	Document     string           `yaml:"document"`            // what was transcribed, or where the requests were sent
	Revision     string           `yaml:"revision"`            // of that document, or of the contract at the time
	DocumentDate string           `yaml:"document_date"`       // as 2006-01-02; empty where each source has its own
	Transcribed  string           `yaml:"transcribed"`         // as 2006-01-02
	Note         string           `yaml:"note"`                // what else a reader should know
	Exchanges    []ExchangeOrigin `yaml:"exchanges"`           // in the order of the cassette
}

// ExchangeOrigin says where one exchange of a recording comes from.
type ExchangeOrigin struct {
	Interaction int       `yaml:"interaction"`     // its index in the cassette
	Status      int       `yaml:"status"`          // of the response
	Source      string    `yaml:"source"`          // the place in the document, the report with its year, or the method
	Began       time.Time `yaml:"began,omitempty"` // when the request was sent; zero if that is not known
}

// ReadProvenance reads the provenance beside a cassette. Its texts print on one line each. The error is
// [fs.ErrNotExist] if there is none.
func ReadProvenance(cassetteFile string) (Provenance, error) {
	file := provenanceFile(cassetteFile)
	p, err := readProvenance(file)
	return p, redact.PrintableError(err)
}

func readProvenance(file string) (Provenance, error) {
	if err := checkFile(file); err != nil {
		return Provenance{}, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return Provenance{}, err
	}
	var p Provenance
	if err := yaml.Unmarshal(text, &p); err != nil {
		return Provenance{}, fmt.Errorf("%s: %w", file, err)
	}
	p.makePrintable()
	return p, nil
}

// makePrintable puts each text on one line that a terminal and a report can be given: the file may be anybody's.
func (p *Provenance) makePrintable() {
	p.Kind = Kind(redact.Printable(string(p.Kind)))
	texts := []*string{&p.Operation, &p.Document, &p.Revision, &p.DocumentDate, &p.Transcribed, &p.Note}
	for i := range p.Exchanges {
		texts = append(texts, &p.Exchanges[i].Source)
	}
	for _, text := range texts {
		*text = redact.Printable(*text)
	}
}

func provenanceFile(cassetteFile string) string {
	return strings.TrimSuffix(cassetteFile, ".cassette.yaml") + ".provenance.yaml"
}
