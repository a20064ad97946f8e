package monitor

import (
	"bytes"
	"io"
	"sync"
)

// capture is a body that keeps a copy of what is read of it, up to a limit. When the body ends or is closed, it hands
// the copy on once. A body that nobody reads is never read here either: that would delay the caller.
//
// It locks, since a transport may still read the body of a request when it has returned the response.
type capture struct {
	io.ReadCloser
	limit  int                           // in bytes
	length int64                         // of the body as it was announced; not above 0 if it was not
	done   func(body []byte, whole bool) // may be nil

	mu       sync.Mutex
	read     bytes.Buffer
	tooLarge bool // and then read is empty
	once     sync.Once
}

// Read implements [io.Reader].
func (c *capture) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.keep(p[:n])
	if err != nil {
		c.finish(err == io.EOF)
	}
	return n, err
}

// Close implements [io.Closer]. A decoder may stop after the last byte and before it sees the end, so that a body of
// the announced length is whole, too.
func (c *capture) Close() error {
	err := c.ReadCloser.Close()
	c.mu.Lock()
	whole := int64(c.read.Len()) == c.length
	c.mu.Unlock()
	c.finish(whole)
	return err
}

// keep adds what was read to the copy.
func (c *capture) keep(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.tooLarge:
		return
	case c.read.Len()+len(p) > c.limit:
		c.tooLarge = true
		c.read = bytes.Buffer{} // lets go of the memory
		return
	case c.read.Cap() == 0 && 0 < c.length && c.length <= int64(c.limit):
		c.read.Grow(int(c.length)) // once, and not again with every read
	}
	c.read.Write(p)
}

func (c *capture) finish(whole bool) {
	if c.done == nil {
		return
	}
	c.once.Do(func() {
		body, fits := c.body()
		c.done(body, whole && fits)
	})
}

// body returns what was read so far, and reports whether the limit allowed all of it to be kept.
func (c *capture) body() ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.read.Bytes()), !c.tooLarge
}
