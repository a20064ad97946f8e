package recording

import (
	"archive/zip"
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"example.com/doimages/contracttest/internal/redact"
)

// maxUnpacked is how often a file is unpacked: a zip may have a gzip in it, and a recording nothing beyond.
const maxUnpacked = 2

// maxMembers is how many recordings a zip may have.
const maxMembers = 1_000

// packed is a file within another one. It is unpacked into a temporary file.
type packed func(*openFiles) (*input, error)

// unpack returns what is in a compressed file, or in one of UTF-16.
func unpack(in *input, form string) ([]packed, error) {
	if in.depth >= maxUnpacked {
		return nil, &KindError{File: in.name, What: "a file that is packed more than twice"}
	}
	switch form {
	case formZip:
		return unzip(in)
	case formGzip:
		return []packed{in.gunzip}, nil
	}
	return []packed{in.narrow}, nil
}

func (in *input) gunzip(files *openFiles) (*input, error) {
	content, err := gzip.NewReader(in.reader())
	if err != nil {
		return nil, fmt.Errorf("%s: not a whole gzip file", in.name)
	}
	return in.unpacked(files, content)
}

// narrow turns UTF-16 into UTF-8.
func (in *input) narrow(files *openFiles) (*input, error) {
	return in.unpacked(files, &wideReader{from: bufio.NewReader(in.reader())})
}

func (in *input) unpacked(files *openFiles, content io.Reader) (*input, error) {
	unpacked, err := files.spool(content, in.name)
	if err != nil {
		return nil, err
	}
	unpacked.bodies, unpacked.depth = in.bodies, in.depth+1
	return unpacked, nil
}

// unzip returns the recordings in a zip: its archives, or if it has none its other documents. Playwright writes the
// bodies of an archive beside it into the zip.
func unzip(in *input) ([]packed, error) {
	reader, err := zip.NewReader(in.content, in.size)
	if err != nil {
		return nil, fmt.Errorf("%s: not a whole zip file", in.name)
	}
	members := map[string]*zip.File{}
	for _, member := range reader.File {
		members[member.Name] = member
	}
	if what := zipOfOthers(members); what != "" {
		return nil, &KindError{File: in.name, What: what}
	}
	names := recordingsIn(reader)
	switch {
	case len(names) == 0:
		return nil, &KindError{File: in.name, What: "a zip without a recording"}
	case len(names) > maxMembers:
		return nil, fmt.Errorf("%s: more than %d recordings in a zip", in.name, maxMembers)
	}
	unpacked := make([]packed, 0, len(names))
	for _, name := range names {
		shown := in.name
		if len(names) > 1 {
			shown += "/" + redact.Shorten(redact.Printable(name))
		}
		unpacked = append(unpacked, func(files *openFiles) (*input, error) {
			member, err := spoolMember(files, members[name], shown)
			if err != nil {
				return nil, err
			}
			member.bodies = zipBodies{files: members, folder: path.Dir(name)}
			member.depth = in.depth + 1
			return member, nil
		})
	}
	return unpacked, nil
}

// zipOfOthers returns what a zip is that other programs write for themselves.
func zipOfOthers(members map[string]*zip.File) string {
	switch {
	case members["_index.htm"] != nil && members["[Content_Types].xml"] != nil:
		return "a session of Fiddler (export it as HAR)"
	case members["trace.trace"] != nil || members["0-trace.trace"] != nil:
		return "a trace of Playwright (record a HAR)"
	case members["[Content_Types].xml"] != nil:
		return "an Office document"
	}
	return ""
}

// recordingsIn returns the names of the recordings in a zip, in their order.
func recordingsIn(reader *zip.Reader) []string {
	for _, endings := range [][]string{{".har"}, {".har.gz"}, {".yaml", ".yml", ".json"}} {
		var names []string
		for _, member := range reader.File {
			isWanted := func(ending string) bool { return strings.HasSuffix(strings.ToLower(member.Name), ending) }
			if slices.ContainsFunc(endings, isWanted) && !member.FileInfo().IsDir() {
				names = append(names, member.Name)
			}
		}
		if len(names) > 0 {
			slices.Sort(names)
			return slices.Compact(names)
		}
	}
	return nil
}

func spoolMember(files *openFiles, member *zip.File, name string) (*input, error) {
	content, err := member.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: it cannot be unpacked", name)
	}
	defer content.Close()
	return files.spool(content, name)
}

// wideReader reads UTF-16 as UTF-8. Without a byte order mark, the first character says the order: it is of ASCII.
type wideReader struct {
	from  *bufio.Reader
	order binary.ByteOrder
	left  []byte // of what was converted and did not fit
	high  rune   // a high surrogate that waits for its low one
}

func (w *wideReader) Read(p []byte) (int, error) {
	for len(w.left) == 0 {
		if err := w.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.left)
	w.left = w.left[n:]
	return n, nil
}

// fill converts the next characters.
func (w *wideReader) fill() error {
	w.findOrder()
	w.left = w.left[:0:0]
	var unit [2]byte
	for len(w.left) < 4<<10 {
		if _, err := io.ReadFull(w.from, unit[:]); err != nil {
			if len(w.left) > 0 {
				return nil
			}
			return io.EOF // half a unit at the end is left out
		}
		w.add(rune(w.order.Uint16(unit[:])))
	}
	return nil
}

func (w *wideReader) findOrder() {
	if w.order != nil {
		return
	}
	w.order = binary.LittleEndian
	first, _ := w.from.Peek(2)
	switch string(first) {
	case "\xfe\xff", "\x00{":
		w.order = binary.BigEndian
	}
	if mark := string(first); mark == "\xfe\xff" || mark == "\xff\xfe" {
		_, _ = w.from.Discard(len(mark))
	}
}

// add converts a unit, of which two can make a character.
func (w *wideReader) add(unit rune) {
	switch {
	case w.high != 0:
		w.left = utf8.AppendRune(w.left, utf16.DecodeRune(w.high, unit))
		w.high = 0
	case utf16.IsSurrogate(unit):
		w.high = unit
	default:
		w.left = utf8.AppendRune(w.left, unit)
	}
}
