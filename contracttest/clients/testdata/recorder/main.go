// Command recorder records one exchange with a fake into the file that its argument names.
package main

import (
	"log"
	"net/http"
	"os"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/fakeapi"
	"example.com/doimages/openapi"
)

func main() {
	recorder, err := contracttest.NewRecorder(fakeapi.New(), os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	resp, err := (&http.Client{Transport: recorder}).Get(openapi.BaseURL + "/v2/images")
	if err != nil {
		log.Fatal(err)
	}
	_ = resp.Body.Close()
	if err := recorder.Close(); err != nil {
		log.Fatal(err)
	}
}
