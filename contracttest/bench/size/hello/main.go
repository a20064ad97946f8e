// Command hello is a service without doimages, for the size of its binary.
package main

import (
	"encoding/json"
	"net/http"
	"os"
)

func main() {
	resp, err := http.Get(os.Args[1])
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	var value any
	if err := json.NewDecoder(resp.Body).Decode(&value); err != nil {
		panic(err)
	}
}
