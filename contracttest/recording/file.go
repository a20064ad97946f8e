package recording

import (
	"fmt"
	"os"
)

// maxFile is how large a cassette or a provenance may be, in bytes: they are read as a whole.
const maxFile = 64 << 20

// checkFile returns an error if a file cannot be read as a whole. A pipe may have nobody that writes to it, and a
// device no end.
func checkFile(file string) error {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: not a regular file", file)
	case info.Size() > maxFile:
		return fmt.Errorf("%s: larger than %d MiB", file, maxFile>>20)
	}
	return nil
}
