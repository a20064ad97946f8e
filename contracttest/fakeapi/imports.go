package fakeapi

import (
	"net/url"
	"path"
	"strings"
	"time"

	"example.com/doimages/gen"
)

// imageImport is an import under way. Nothing is downloaded.
type imageImport struct {
	id     int64
	began  time.Time
	region gen.RegionSlug
	url    string
	polls  int // how often the image was read
}

// step moves the image from NEW to pending, and to available or deleted.
func (i *imageImport) step(s *store, now time.Time) (ended bool) {
	r := s.changed[i.id]
	if r == nil {
		return true // it was deleted meanwhile
	}
	status := r.Status
	done := s.imports.done(now.Sub(i.began), i.polls)
	switch {
	case done >= 1 && importable(i.url):
		status = gen.ImageStatusAvailable
		r.Regions, r.MinDiskSize, r.SizeGigabytes = []gen.RegionSlug{i.region}, ptr(20), ptr(2.34)
	case done >= 1:
		status = gen.ImageStatusDeleted
		r.ErrorMessage = "The file is in no format that can be imported: " +
			"raw, qcow2, vhdx, vdi or vmdk, plain or compressed with gzip or bzip2."
	case done >= 1.0/3:
		status = gen.ImageStatusPending
	}
	if status != r.Status {
		r.Status = status
		clear(s.views)
	}
	return done >= 1
}

// importable reports whether the API could import a file. It goes by the name, since nothing is downloaded.
func importable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	switch u.Scheme {
	case "http", "https", "ftp":
	default:
		return false
	}
	name := strings.ToLower(u.Path)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".bz2")
	switch path.Ext(name) {
	case ".img", ".raw", ".qcow2", ".vhdx", ".vdi", ".vmdk":
		return true
	}
	return false
}
