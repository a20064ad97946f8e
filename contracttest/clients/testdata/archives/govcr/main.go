// Govcr sends each request that comes in as a line of JSON, while a version of go-vcr records it. The test builds it
// with the file of one version.
package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
)

type request struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

type response struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
}

func main() {
	transport, stop, err := record(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	client := http.Client{Transport: transport}
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var asked request
		if err := in.Decode(&asked); err == io.EOF {
			break
		} else if err != nil {
			log.Fatal(err)
		}
		got, err := send(&client, asked)
		if err != nil {
			log.Fatal(err)
		}
		if err := out.Encode(got); err != nil {
			log.Fatal(err)
		}
	}
	if err := stop(); err != nil {
		log.Fatal(err)
	}
}

func send(client *http.Client, asked request) (response, error) {
	req, err := http.NewRequest(asked.Method, asked.URL, bytes.NewBufferString(asked.Body))
	if err != nil {
		return response{}, err
	}
	for name, value := range asked.Headers {
		req.Header.Set(name, value)
	}
	got, err := client.Do(req)
	if err != nil {
		return response{}, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	return response{
		Status: got.StatusCode,
		Body:   string(body),
	}, err
}
