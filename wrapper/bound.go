package wrapper

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxItems is 50 times the largest page that the API has: more cannot be a page of it.
	maxItems = 10_000

	// What decoded values take at most while a slice of them grows, old and new memory together. An image has 208
	// bytes, and an action 112 and its region. Other elements of arrays are strings.
	itemCost    = 512
	elementCost = 32

	// invalidCost is for a byte of invalid UTF-8. It becomes the three bytes of U+FFFD, which are copied as they grow.
	invalidCost = 8

	// copyCost is for each byte of a body with invalid UTF-8 anywhere in it: the string around it is copied as it
	// grows, instead of being used in place. A body of nearly one string was seen to take almost eight times its size.
	copyCost = 4

	// minBudget is what decoded values may take however little WithMaxResponseBytes allows: some thousand images.
	minBudget = 4 << 20
)

// checkCost refuses a body whose values would take far more memory than it does: [{},{},…] becomes 140 times as large.
// Beside the body, which may take twice its limit in its buffer, values may take three and a half times the limit.
func checkCost(body []byte, maxBytes int64) error {
	budget := max(min(maxBytes, 1<<48)*7/2, minBudget)
	if isSurelyWithin(budget, body) {
		return nil
	}
	cost := int64(len(body))
	if invalid := countInvalid(body); invalid > 0 {
		cost += copyCost*int64(len(body)) + invalidCost*invalid
	}
	decoder := jsontext.NewDecoder(bytes.NewBuffer(body), decodeOptions) // a decoder of a bytes.Buffer reads in place
	for cost <= budget {
		token, err := decoder.ReadToken()
		if err != nil {
			return nil // the end, or an error that decoding meets as well
		}
		more, err := costOf(token.Kind(), decoder)
		if err != nil {
			return err
		}
		cost += more
	}
	return errors.New("its values would take too much memory for the limit of its bytes")
}

// isSurelyWithin reports whether even the worst body of this size, and with as many commas, is within the budget.
// Nearly every page of the API is: counting its commas takes a few microseconds.
func isSurelyWithin(budget int64, body []byte) bool {
	elements := int64(bytes.Count(body, []byte(",")) + 1)
	worst := elements*itemCost + int64(len(body))*(1+copyCost+invalidCost)
	return elements <= maxItems && worst <= budget
}

// costOf returns what the value costs that begins with the latest token of a decoder: 0 if it is not an element of an
// array, or if the token begins no value. A list of too many items is an error.
func costOf(kind jsontext.Kind, decoder *jsontext.Decoder) (int64, error) {
	depth := decoder.StackDepth() // of the array or object around the value
	switch kind {
	case ']', '}':
		return 0, nil
	case '[', '{':
		depth--
	}
	around, length := decoder.StackIndex(depth)
	switch {
	case around != '[':
		return 0, nil
	case depth > listDepth:
		return elementCost, nil
	case length > maxItems:
		return 0, fmt.Errorf("a list of more than %d items", maxItems)
	}
	return itemCost, nil
}

// listDepth is that of the list of a page: an array in an object.
const listDepth = 2

// countInvalid counts the bytes of a body that are not UTF-8.
func countInvalid(body []byte) (n int64) {
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		if r == utf8.RuneError && size == 1 {
			n++
		}
		body = body[size:]
	}
	return n
}
