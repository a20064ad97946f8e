package recording

import (
	"iter"
	"os"
	"path/filepath"
	"strings"

	"example.com/doimages/contracttest/traffic"
)

// Read reads the exchanges of a recording: an HTTP Archive, whose name ends in .har, or a go-vcr cassette, in .yaml.
// Of a cassette it also reads the provenance beside it, if there is one, which says when each exchange began. Each
// iteration reads the file again.
//
// An entry that cannot be checked is yielded as an [OmittedError] with a zero exchange. Any other error ends the
// sequence and comes last.
func Read(file string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		for exchange, err := range read(file) {
			if err == nil {
				exchange.File = file // so that a finding can be shown beside the recording
			}
			if !yield(exchange, err) {
				return
			}
		}
	}
}

// read reads a file in the format that its name says.
func read(file string) iter.Seq2[traffic.Exchange, error] {
	if !strings.EqualFold(filepath.Ext(file), ".har") {
		return readCassette(file)
	}
	return func(yield func(traffic.Exchange, error) bool) {
		archive, err := os.Open(file)
		if err != nil {
			yield(traffic.Exchange{}, err)
			return
		}
		defer archive.Close()
		ReadHAR(archive, filepath.Base(file))(yield)
	}
}
