package suggest

import (
	"fmt"

	"example.com/doimages/contracttest/internal/printyaml"
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
	text, err = printyaml.Marshal(file, 2)
	return text, len(file.Actions), rejected, err
}
