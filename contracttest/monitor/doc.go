// Package monitor checks a sample of what a service sends to the images API in production.
package monitor
