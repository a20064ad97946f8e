package recording

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/openapi"
)

// Kind says what a recording is evidence of.
type Kind string

// The kinds of recordings.
const (
	KindDocumentation Kind = "documentation"                            // examples that the API reference prints
	KindReported      Kind = "reported"                                 // what others published of the API's responses
	KindAPI           Kind = "recording of the API"                     // responses of api.digitalocean.com, all over TLS
	KindOtherServer   Kind = "recording of another server than the API" // such as a fake
	KindUnknown       Kind = "unknown origin"                           // a copy of what does not say
)

var kinds = []Kind{KindDocumentation, KindReported, KindAPI, KindOtherServer, KindUnknown}

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

	Redacted bool `yaml:"redacted,omitempty"` // whether its credentials may have been taken out before it was recorded
}

// ReadProvenance reads the provenance of a recording: that beside a cassette, whose name ends in .yaml or .yml, or that
// within an archive which a [Copy] wrote. The error is [fs.ErrNotExist] if there is none.
func ReadProvenance(file string) (Provenance, error) {
	p, err := readProvenance(file)
	p.makePrintable()
	return p, redact.PrintableError(err)
}

func readProvenance(file string) (Provenance, error) {
	if !hasProvenance(file) {
		return archiveProvenance(file)
	}
	file = provenanceFile(file)
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

// archiveProvenance reads the provenance within an archive. Whatever else a file is has none: what is wrong with it is
// found when it is read.
func archiveProvenance(file string) (Provenance, error) {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() { // to open a pipe could take forever
		return Provenance{}, fs.ErrNotExist
	}
	files := newOpenFiles()
	defer files.close()
	in, err := files.open(file, "")
	if err != nil {
		return Provenance{}, fs.ErrNotExist
	}
	decoder, err := newHARDecoder(in)
	if err != nil || decoder.enterEntries() != nil {
		return Provenance{}, fs.ErrNotExist
	}
	origin := decoder.origin
	if !slices.Contains(kinds, Kind(origin.Kind.text)) {
		return Provenance{}, fs.ErrNotExist
	}
	return Provenance{
		Kind:         Kind(origin.Kind.text),
		BaseURL:      origin.BaseURL.text,
		Document:     origin.Document.text,
		Revision:     origin.Revision.text,
		DocumentDate: origin.DocumentDate.text,
		Transcribed:  origin.Transcribed.text,
		Note:         origin.Note.text,
	}, nil
}

// writtenBy ends the sentence of a note that says how a recording was made.
const writtenBy = " by doimages " + openapi.Version +
	". Headers that are not known to be harmless, tokens and e-mail addresses were taken out."

// revisionOfContract returns the revision of the contract in this program.
func revisionOfContract() string {
	sum := sha256.Sum256(openapi.Document())
	return "sha256 of the contract: " + hex.EncodeToString(sum[:8])
}

func provenanceFile(cassetteFile string) string {
	return strings.TrimSuffix(cassetteFile, ".cassette.yaml") + ".provenance.yaml"
}

// hasProvenance reports whether a file can have a provenance beside it: only a cassette in YAML can.
func hasProvenance(file string) bool {
	return strings.HasSuffix(file, ".yaml") || strings.HasSuffix(file, ".yml")
}

// origins returns where each exchange comes from, by its index.
func (p Provenance) origins() map[int]ExchangeOrigin {
	origins := make(map[int]ExchangeOrigin, len(p.Exchanges))
	for _, origin := range p.Exchanges {
		origins[origin.Interaction] = origin
	}
	return origins
}
