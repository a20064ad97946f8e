package check

import "slices"

// Checks returns every check, those that look at the same part of an exchange together.
func Checks() []Info { return slices.Clone(catalog) }

// severities has the severity of each check by its name. A name that is not in it is not that of a
// check.
var severities = func() map[string]Severity {
	of := make(map[string]Severity, len(catalog))
	for _, info := range catalog {
		of[info.Name] = info.Severity
	}
	return of
}()

// catalog has every check. A test holds it to the names in the code and to what the tests find.
var catalog = slices.Concat(formChecks, meaningChecks)
