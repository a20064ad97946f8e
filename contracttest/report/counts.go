package report

import "example.com/doimages/contracttest/check"

// CountAtLeast returns how many findings are of a severity or a worse one, including those that are not held.
func (r *Report) CountAtLeast(severity check.Severity) int {
	return countAtLeast(r.bySeverity, severity)
}

// Accepted returns how many findings a baseline accepts.
func (r *Report) Accepted() int { return r.bySeverity[check.Accepted] }

// Omitted returns how many findings were counted and are in no group of Findings.
func (r *Report) Omitted() int { return r.CountAtLeast(check.Accepted) - r.groups.held }
