package recording

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"iter"
	"path/filepath"

	"example.com/doimages/contracttest/traffic"
)

// Read reads the exchanges of a file as [Reader.Read] does, and skips none.
func Read(file string) iter.Seq2[traffic.Exchange, error] { return Reader{}.Read(file) }

// Read reads the exchanges of a file: an HTTP Archive, a cassette or a Postman collection, which it knows by what is in
// it. The package comment has the list. Of a go-vcr cassette it also reads the provenance beside it, if there is one,
// which says when each exchange began. Each iteration reads the file again.
//
// The exchanges of an archive come in the order of their times, and each has the tokens of all of them as Secrets.
//
// An entry that cannot be checked is yielded as an [OmittedError] with a zero exchange. Any other error ends the
// sequence and comes last: a [KindError] for a file that is something else.
func (r Reader) Read(file string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		files := newOpenFiles()
		defer files.close()
		in, err := files.open(file, cmp.Or(r.Name, filepath.Base(file)))
		if err != nil {
			yield(traffic.Exchange{}, err)
			return
		}
		r.read(files, in, file, ofFile(file, yield))
	}
}

// ReadStream reads the exchanges of what is not in a file, such as standard input, as [Reader.Read] does. It keeps what
// it reads in a temporary file. The name begins the names of the exchanges. The sequence can be used once.
func (r Reader) ReadStream(from io.Reader, name string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		files := newOpenFiles()
		defer files.close()
		in, err := files.spoolStream(from, name)
		if err != nil {
			yield(traffic.Exchange{}, err)
			return
		}
		r.read(files, in, "", yield)
	}
}

// ReadHAR reads the exchanges of an HTTP Archive (HAR 1.2), as browsers, mitmproxy and Playwright write it. The source
// begins the name of each exchange, such as session.har#3. What is not a file is kept in a temporary one, and one entry
// at a time in memory.
//
// Names count as HAR spells them. Unknown fields, duplicate names and invalid UTF-8 are tolerated: they say nothing
// about the API, and tools write them.
//
// An entry that cannot be checked, such as a request that was blocked, is yielded as an [OmittedError]. Any other error
// ends the sequence and comes last. Errors name the place and never what is there: archives have secrets.
func ReadHAR(from io.Reader, source string) iter.Seq2[traffic.Exchange, error] {
	return func(yield func(traffic.Exchange, error) bool) {
		files := newOpenFiles()
		defer files.close()
		in, err := files.spoolStream(from, source)
		if err != nil {
			yield(traffic.Exchange{}, err)
			return
		}
		Reader{}.readHAR(in, yield)
	}
}

// ofFile adds to what is yielded which file has it, so that a finding can be shown beside the recording.
func ofFile(file string, yield func(traffic.Exchange, error) bool) func(traffic.Exchange, error) bool {
	return func(exchange traffic.Exchange, err error) bool {
		var omitted *OmittedError
		switch {
		case err == nil:
			exchange.File = file
		case errors.As(err, &omitted):
			omitted.File = file
		}
		return yield(exchange, err)
	}
}

// read yields what is in an input, in the form that it has. It reports whether to go on.
func (r Reader) read(files *openFiles, in *input, file string, yield func(traffic.Exchange, error) bool) bool {
	form, err := formOf(in)
	if err != nil {
		return yield(traffic.Exchange{}, err)
	}
	switch form {
	case formHAR:
		return r.readHAR(in, yield)
	case formTree:
		return r.readTree(in, file, yield)
	}
	members, err := unpack(in, form)
	if err != nil {
		return yield(traffic.Exchange{}, err)
	}
	for _, member := range members {
		if !r.readMember(files, member, yield) {
			return false
		}
	}
	return true
}

// readMember yields what is in a packed file, of which only one is open at a time.
func (r Reader) readMember(outer *openFiles, member packed, yield func(traffic.Exchange, error) bool) bool {
	files := outer.within()
	defer files.close()
	in, err := member(files)
	if err != nil {
		return yield(traffic.Exchange{}, err)
	}
	return r.read(files, in, "", yield)
}

// readTree yields the exchanges of a document that is read as a whole.
func (r Reader) readTree(in *input, file string, yield func(traffic.Exchange, error) bool) bool {
	c, err := cassetteOf(in)
	if err != nil {
		return yield(traffic.Exchange{}, err)
	}
	if hasProvenance(file) {
		provenance, err := ReadProvenance(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return yield(traffic.Exchange{}, err)
		}
		c.origins = provenance.origins()
	}
	return r.readCassette(in.name, c, yield)
}
