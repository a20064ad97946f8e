package suggest

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"

	"example.com/doimages/contracttest/internal/redact"
)

// overlay is an OpenAPI Overlay.
//
// https://spec.openapis.org/overlay/v1.1.0.html
type overlay struct {
	Overlay string   `yaml:"overlay"`
	Info    info     `yaml:"info"`
	Actions []action `yaml:"actions"`
}

type info struct {
	Title   string `yaml:"title"`
	Version string `yaml:"version"`
}

type action struct {
	Target      string `yaml:"target"`
	Update      any    `yaml:"update"`
	Description string `yaml:"description"`
	Source      string `yaml:"x-source"`
}

// Overlay returns the overlay, how many actions it has, and a line for each finding that it does not cover, with the
// reason.
func (s *Suggestions) Overlay() (text []byte, actions int, rejected []string, err error) {
	rejected = append(rejected, s.rejected...)
	file := overlay{
		Overlay: "1.1.0",
		Info:    info{Title: "What exchanges showed beside the document", Version: "1"},
		Actions: []action{},
	}
	for _, of := range s.list {
		update, err := of.update(&of.shape)
		if err != nil {
			rejected = append(rejected, redact.Printable(fmt.Sprintf("%s: %s: %v", of.source, of.what, err)))
			continue
		}
		file.Actions = append(file.Actions, action{
			Target:      of.target.jsonPath(s.doc),
			Update:      update,
			Description: redact.Printable("Exchanges showed " + of.what + "."),
			Source:      redact.Printable(of.source),
		})
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	err = encoder.Encode(file)
	return b.Bytes(), len(file.Actions), rejected, err
}
