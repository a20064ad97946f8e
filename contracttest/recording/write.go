package recording

import (
	"errors"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
)

// writeRecording writes a cassette and the provenance beside it, or neither. It writes both into a temporary folder
// first, so that a full disk leaves the files of an earlier run as they were.
func writeRecording(file string, recorded *cassette.Cassette, provenance Provenance) error {
	folder, err := os.MkdirTemp(filepath.Dir(file), ".recording-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	recorded.Name = filepath.Join(folder, "recording")
	recorded.File = recorded.Name + ".yaml"
	recorded.IsNew = true // otherwise the library writes nothing
	recorded.MarshalFunc = yaml.Marshal
	if err := recorded.Save(); err != nil {
		return err
	}
	written := filepath.Join(folder, "provenance.yaml")
	if err := writeProvenance(written, provenance); err != nil {
		return err
	}
	// The provenance goes first, so that the new cassette never stands there without it.
	if err := os.Rename(written, provenanceFile(file)); err != nil {
		return err
	}
	if err := os.Rename(recorded.File, file); err != nil {
		return errors.Join(err, os.Remove(provenanceFile(file))) // it would say where nothing comes from
	}
	return nil
}

func writeProvenance(file string, provenance Provenance) error {
	text, err := yaml.Marshal(provenance)
	if err != nil {
		return err
	}
	text = append([]byte("# Where the recording beside this file comes from.\n"), text...)
	return os.WriteFile(file, text, 0o644)
}
