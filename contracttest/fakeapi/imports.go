package fakeapi

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/doimages/gen"
)

// imageImport is an import under way. Nothing is downloaded.
type imageImport struct {
	id      int64
	began   time.Time
	region  gen.RegionSlug
	problem string // why it will fail, or ""
	polls   int    // how often the image was read, by itself or in a list
}

// pollImports counts a read of images, after which their imports may have ended.
func (s *store) pollImports(now time.Time, ids ...int64) {
	for _, p := range s.running {
		if i, ok := p.(*imageImport); ok && slices.Contains(ids, i.id) {
			i.polls++
		}
	}
	s.settle(now)
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
	case done >= 1 && i.problem == "":
		status = gen.ImageStatusAvailable
		r.Regions, r.MinDiskSize, r.SizeGigabytes = []gen.RegionSlug{i.region}, ptr(20), ptr(2.34)
	case done >= 1:
		status = gen.ImageStatusDeleted
		r.ErrorMessage, r.failed = i.problem, true
	case done >= 1.0/3:
		status = gen.ImageStatusPending
	}
	if status != r.Status {
		r.Status = status
		clear(s.views)
	}
	return done >= 1
}

// What is wrong with the source of an import. Those of a 400 are found before the import begins.
var (
	errUnreachable = &refusal{
		status:  http.StatusBadRequest,
		id:      "bad_request",
		message: "Your source URL is unreachable",
	}
	errQuery = &refusal{
		status:  http.StatusBadRequest,
		id:      "bad_request",
		message: "Your source URL must end in a file name, without a query",
	}
)

// Why an import failed, as images say it. doc.go says which of these were seen.
const (
	unknownCompression = "We don't support the compression format of your image. Please try again with a supported " +
		"format (gzip, bzip2) or an uncompressed image file."
	damagedArchive = "We had a problem decompressing your file. This typically happens if the archive is corrupt or " +
		"contains multiple files. Please try decompressing the file locally and uploading the uncompressed image, " +
		"or recompressing using gzip or bzip2."
	notAnImage = "The file is not a disk image in a supported format (raw, qcow2, vhdx, vdi, vmdk)."
)

// source is the URL of an import. Nil is one that cannot be read, or that names no host.
type source struct{ *url.URL }

func sourceOf(address string) source {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return source{}
	}
	return source{u}
}

func (s source) hasQuery() bool { return s.URL != nil && (s.RawQuery != "" || s.ForceQuery) }

// reachable reports whether the API could fetch from a source, which may be on none of these hosts.
func (s source) reachable(unreachable []string) bool {
	if s.URL == nil || !slices.Contains([]string{"http", "https", "ftp"}, s.Scheme) {
		return false
	}
	host := comparableHost(s.Hostname())
	if host == "invalid" || strings.HasSuffix(host, ".invalid") {
		return false
	}
	return !slices.Contains(unreachable, host)
}

// comparableHost returns the name of a host in the one form in which names are compared: a dot at the end, upper case
// and the brackets around an IPv6 address make no other host.
func comparableHost(name string) string {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	return strings.TrimSuffix(strings.ToLower(name), ".")
}

// packed are the endings of archives and of compressions that the API does not take.
var packed = []string{
	".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".ova", ".xz", ".lzma", ".zst", ".lz4", ".zip", ".7z", ".rar",
}

// foreign are the endings of files that are plainly not the image of a disk.
var foreign = []string{
	".txt", ".md", ".log", ".html", ".htm", ".xml", ".json", ".yaml", ".yml", ".csv", ".pdf",
	".iso", ".ovf", ".asc", ".sig", ".sha256",
}

// problem returns why the import of a file fails, or "". It stands in for a look into the file: any name that does not
// say otherwise is that of an image.
func (s source) problem() string {
	name := strings.ToLower(path.Base(s.Path))
	if s.Path == "" || strings.HasSuffix(s.Path, "/") {
		return notAnImage // a web page, or a directory
	}
	for _, compression := range []string{".gz", ".bz2"} {
		name = strings.TrimSuffix(name, compression)
	}
	switch ending := path.Ext(name); {
	case slices.Contains(packed, ending):
		return unknownCompression
	case slices.Contains(foreign, ending):
		return notAnImage
	}
	return ""
}
