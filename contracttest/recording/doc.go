// Package recording reads and makes recordings of exchanges with the images API.
package recording
