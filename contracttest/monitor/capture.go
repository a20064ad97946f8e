package monitor

import (
	"bytes"
	"io"
	"sync"
)

// capture keeps a copy of what is read of a body, up to a limit, and hands it on once, when the body ends or is closed.
type capture struct {
	io.ReadCloser
	limit  int
	length int64 // what was promised, or -1
	then   func(body []byte, whole bool)

	mu    sync.Mutex
	copy  bytes.Buffer
	large bool
	once  sync.Once
}

func (c *capture) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.mu.Lock()
	if c.copy.Cap() == 0 && 0 < c.length && c.length <= int64(c.limit) {
		c.copy.Grow(int(c.length)) // once, and not again with every read
	}
	if c.copy.Len()+n > c.limit {
		c.large = true
		c.copy = bytes.Buffer{}
	} else if !c.large {
		c.copy.Write(p[:n])
	}
	c.mu.Unlock()
	if err != nil {
		c.finish(err == io.EOF)
	}
	return n, err
}

func (c *capture) Close() error {
	err := c.ReadCloser.Close()
	c.mu.Lock()
	read := int64(c.copy.Len())
	c.mu.Unlock()
	c.finish(read == c.length) // a decoder may stop before it sees the end
	return err
}

func (c *capture) finish(whole bool) {
	if c.then != nil {
		c.once.Do(func() { c.then(c.text(), whole && !c.tooLarge()) })
	}
}

func (c *capture) text() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.copy.Bytes())
}

func (c *capture) tooLarge() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.large
}
