package check

import (
	"fmt"
	"strconv"
)

// checkPages demands that each list in a response be the page that the request asks for.
func (c *checker) checkPages(v view) {
	for _, list := range v.tells.lists {
		c.checkPage(list, v.asks.page, v.tells)
	}
}

// checkPage demands that a page have the items that it should have, and that its total and its links
// fit.
func (c *checker) checkPage(list listView, asked page, tells tells) {
	length, total := len(list.items), tells.total
	if total.isTold && !coversPage(total.value, asked, length) {
		message := "negative"
		if total.value >= 0 {
			message = fmt.Sprintf("too low: page %d has %d items", asked.number, length)
		}
		c.add("page-total", "body", total.at(), message).Got = strconv.Itoa(total.value)
		return // the links were judged by it
	}
	if !asked.isValid() {
		return
	}
	if length > asked.size {
		message := fmt.Sprintf("has %d items, and the request asks for at most %d", length, asked.size)
		c.add("page-size", "body", []string{list.key}, message)
	}
	if !total.isTold {
		return
	}
	if should := asked.length(total.value); length < should {
		message := fmt.Sprintf("has %d items: page %d of %d in total has %d", length, asked.number, total.value, should)
		c.add("page-size", "body", []string{list.key}, message)
	}
	c.checkLinks(tells.links, asked, total.value)
}

// coversPage reports whether a list of so many items in total can have so many on a page. An empty
// page may be one after the last, so that it says nothing of the total.
func coversPage(total int, asked page, length int) bool {
	if total < 0 {
		return false
	}
	return !asked.isValid() || length == 0 || total >= (asked.number-1)*asked.size+length
}

// checkLinks demands each link where it applies, to its page of the same list, and to no other
// host: a client that follows a link sends its token there.
func (c *checker) checkLinks(links pageLinks, asked page, total int) {
	last := asked.last(total)
	if asked.number > last {
		c.checkLinksAfterEnd(links, asked)
		return
	}
	hasBefore, hasAfter := asked.number > 1, asked.number < last
	c.checkLink(links.first, asked, page{number: 1, size: asked.size}, hasBefore)
	c.checkLink(links.last, asked, page{number: last, size: asked.size}, hasAfter)
	c.checkLink(links.next, asked, page{number: asked.number + 1, size: asked.size}, hasAfter)
	c.checkLink(links.prev, asked, page{number: asked.number - 1, size: asked.size}, hasBefore)
}

// checkLinksAfterEnd judges the links of a page after the last, which need not be there. A list of
// Droplets was seen to have first and prev there, and no others (dchonch/digitalocean-postman, 2018).
func (c *checker) checkLinksAfterEnd(links pageLinks, asked page) {
	c.checkLink(links.first, asked, page{number: 1, size: asked.size}, links.first.isThere)
	c.checkLink(links.prev, asked, page{number: asked.number - 1, size: asked.size}, links.prev.isThere)
	// A reader that follows them would go on for ever, or take its token to another host.
	c.checkLink(links.next, asked, asked, false)
	c.checkLink(links.last, asked, asked, false)
}
