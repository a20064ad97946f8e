package recording

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"

	"example.com/doimages/contracttest/internal/printyaml"
)

// checkWritable returns an error if a cassette and its provenance cannot be written, as far as that can be known in
// advance. It makes their folder.
func checkWritable(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("%s: its folder: %w", file, err)
	}
	for _, name := range []string{file, provenanceFile(file)} {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			return fmt.Errorf("%s: it is a folder", name)
		}
	}
	folder, err := os.MkdirTemp(filepath.Dir(file), ".recording-*")
	if err != nil {
		return fmt.Errorf("%s: its folder: %w", file, err)
	}
	return os.Remove(folder)
}

// writeRecording writes a cassette and the provenance beside it. It writes both whole into a temporary folder first, so
// that a full disk leaves the files of an earlier run as they were. Then it moves them into place.
func writeRecording(file string, recorded *cassette.Cassette, provenance Provenance) error {
	folder, err := os.MkdirTemp(filepath.Dir(file), ".recording-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	recorded.Name = filepath.Join(folder, "recording")
	recorded.File = recorded.Name + ".yaml"
	recorded.IsNew = true // otherwise the library writes nothing
	recorded.MarshalFunc = marshal
	if err := recorded.Save(); err != nil {
		return err
	}
	written := filepath.Join(folder, "provenance.yaml")
	if err := writeProvenance(written, provenance); err != nil {
		return err
	}
	return moveIntoPlace(file, recorded.File, written)
}

// moveIntoPlace replaces a cassette and its provenance by those of two temporary files. Two files cannot be replaced at
// once, so the old provenance goes first and the new one comes last. Whatever ends the program meanwhile leaves at
// worst a cassette without a provenance, which is evidence of nothing. One with that of another would be false
// evidence.
func moveIntoPlace(file, writtenCassette, writtenProvenance string) error {
	if err := os.Remove(provenanceFile(file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(writtenCassette, file); err != nil {
		return err
	}
	return os.Rename(writtenProvenance, provenanceFile(file))
}

func writeProvenance(file string, provenance Provenance) error {
	text, err := marshal(provenance)
	if err != nil {
		return err
	}
	text = append([]byte("# Where the recording beside this file comes from.\n"), text...)
	return os.WriteFile(file, text, 0o644)
}

// marshal returns a cassette or a provenance as YAML that can be shown, whatever a server sent.
func marshal(value any) ([]byte, error) { return printyaml.Marshal(value, 4) }
