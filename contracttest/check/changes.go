package check

import (
	"net/http"
	"time"

	"example.com/doimages/contracttest/traffic"
)

// changes is what may have changed the lists so far.
type changes struct {
	count  int
	latest time.Time // when the latest of them had ended
}

// observe takes in an exchange. A write that failed with 5xx may have been carried out, and so may a create that was
// refused with 400: one whose source could not be reached was seen to make an image all the same (nanovms/ops#1166,
// 2021).
func (c *changes) observe(e traffic.Exchange) {
	reads := e.Method == http.MethodGet || e.Method == http.MethodHead
	mayHaveActed := e.Status/100 == 2 || e.Status/100 == 5 || e.Status == http.StatusBadRequest
	if reads || !mayHaveActed {
		return
	}
	c.count++
	if e.Ended.After(c.latest) {
		c.latest = e.Ended
	}
}
