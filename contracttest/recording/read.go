package recording

import (
	"os"
	"path/filepath"
	"strings"

	"example.com/doimages/contracttest/traffic"
)

// ReadFile reads the exchanges of a recording and hands each to f: of an HTTP Archive, whose name ends in .har, or of a
// go-vcr cassette. It returns how many entries of an archive had no answer or no body to check, which for a cassette is
// 0. An error of f ends the reading and is returned.
func ReadFile(file string, f func(traffic.Exchange) error) (left int, err error) {
	withFile := func(e traffic.Exchange) error {
		e.File = file
		return f(e)
	}
	if strings.EqualFold(filepath.Ext(file), ".har") {
		archive, err := os.Open(file)
		if err != nil {
			return 0, err
		}
		defer archive.Close()
		return ReadHAR(archive, filepath.Base(file), withFile)
	}
	exchanges, err := ReadCassette(file)
	if err != nil {
		return 0, err
	}
	for _, exchange := range exchanges {
		if err := withFile(exchange); err != nil {
			return 0, err
		}
	}
	return 0, nil
}
