package check

import (
	"crypto/sha256"
	"net/http"
	"regexp"
	"strings"
)

// account tells the accounts of a session apart, by a hash of what they authenticate with: two tokens
// are taken for two accounts, each with its own lists and budget. It is empty where the token is not
// known. Then a second account may be behind anything that contradicts a list or a budget.
type account string

// blank is what tools write over every token alike: a word such as [REDACTED] or FILTERED, or the
// name of a variable in brackets.
var blank = regexp.MustCompile(`(?i)^(\w+ +)?` +
	`(\W*(redacted|removed|hidden|filtered|masked|x{3,})?\W*|[\[<{(%$]+[a-z_ -]+[\]>})%]*)$`)

// accountOf returns the account that sent a request. A placeholder with a number, such as
// [redacted-2], stands for one token; a token of which a part was masked may be any.
func accountOf(sent http.Header) account {
	credentials := sent.Get("Authorization")
	isMasked := strings.Contains(credentials, "***") || strings.Contains(credentials, "...")
	hasDigits := strings.ContainsAny(credentials, "0123456789") // as nearly every token, which saves time
	if isMasked || !hasDigits && blank.MatchString(credentials) {
		return ""
	}
	sum := sha256.Sum256([]byte(credentials))
	return account(sum[:8])
}

// maxAccounts is of how many accounts at a time a session remembers the budget.
const maxAccounts = 100

// explain adds to the message of a finding that another account would explain why it is a note, if it is one.
func (a account) explain(message string) string {
	if a == "" {
		message += "; only a note, since the request names no account: " +
			"a token, or [redacted-1] in its place, would"
	}
	return message
}

// severity returns the severity of a finding that another account would explain: a note if the
// account is not known.
func (a account) severity(otherwise Severity) Severity {
	if a == "" {
		return Note
	}
	return otherwise
}
