package check_test

import (
	"fmt"
	"net/http"
	"net/url"

	"example.com/doimages/contracttest/check"
	"example.com/doimages/contracttest/traffic"
	"example.com/doimages/openapi"
)

// notFound is an exchange as a transport or a recording gives it.
var notFound = traffic.Exchange{
	Source:        "example",
	Redacted:      true,
	Method:        http.MethodGet,
	URL:           &url.URL{Scheme: "https", Host: openapi.Host, Path: "/v2/images/42"},
	RequestHeader: http.Header{},
	Status:        http.StatusNotFound,
	Header:        http.Header{"Content-Type": {"application/json"}},
	Body:          []byte(`{"id":"not_found","message":null,"hint":"none"}`),
}

func ExampleContract_Check() {
	contract, err := check.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	for _, finding := range contract.Check(notFound) {
		fmt.Printf("%s: %s\n", finding.Severity, finding)
	}
	// Output:
	// breaking: example: images_get 404: body /message: Value is not nullable, got null [null]
	// drift: example: images_get 404: body /hint: the contract does not know the field, got "none" [undocumented-field]
}

// What is known and explained fails nothing.
func ExampleBaseline() {
	contract, err := check.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	baseline, err := check.LoadBaseline([]byte(`
findings:
  - check: undocumented-field
    pointer: /hint
    reason: The API tries out hints.
    source: its changelog of May
`))
	if err != nil {
		panic(err)
	}
	findings := contract.Check(notFound)
	baseline.Accept(findings, "")
	for _, finding := range findings {
		fmt.Printf("%s %s %q\n", finding.Severity, finding.Pointer, finding.Reason)
	}
	// Output:
	// breaking /message ""
	// accepted /hint "The API tries out hints."
}

// A session sees that a deleted image is served again.
func ExampleSession() {
	contract, err := check.Load(openapi.Document())
	if err != nil {
		panic(err)
	}
	deletion, reading := notFound, notFound
	deletion.Method, deletion.Status, deletion.Body = http.MethodDelete, http.StatusNoContent, nil
	reading.Status = http.StatusOK
	reading.Body = []byte(`{"image":{"id":42,"name":"a","type":"snapshot","distribution":"Ubuntu","regions":[],"tags":[],` +
		`"status":"available","created_at":"2020-05-15T05:47:50Z","description":"","error_message":""}}`)

	session := check.NewSession()
	for _, exchange := range []traffic.Exchange{deletion, reading} {
		for _, finding := range session.Check(contract.Examine(exchange)) {
			fmt.Println(finding.Check, finding.Message)
		}
	}
	// Output:
	// sequence-deleted image 42 was deleted before, and is served again
}

func ExampleChecks() {
	info := check.Checks()[0]
	fmt.Println(len(check.Checks()), "checks, such as", info.Name)
	fmt.Println(info.Severity, info.Description)
	// Output:
	// 64 checks, such as undocumented-operation
	// breaking The contract has no operation for the method and the path; a note if the API refused the request, too.
}
