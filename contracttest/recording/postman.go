package recording

import (
	"net/http"
	"net/url"
	"strings"

	"example.com/doimages/contracttest/traffic"
)

// postman is how Postman writes the examples of a collection: each is a saved response, with its request inside. See
// postmanExamples for the variables in it.
//
// https://schema.postman.com
var postman = dialect{
	request: func(example fields) (method, address string) {
		request := object(example["originalRequest"])
		method = str(request["method"])
		if method == "" && request != nil {
			method = http.MethodGet // which a collection may leave out
		}
		return strings.ToUpper(method), postmanURL(request["url"])
	},
	sent: func(example fields) http.Header { return postmanHeader(object(example["originalRequest"])["header"]) },
	fill: fillPostman,
}

func fillPostman(example fields, exchange *traffic.Exchange) (omitted *OmittedError) {
	if exchange.Status, omitted = statusOf(example["code"]); omitted != nil {
		return &OmittedError{Reason: NoResponse}
	}
	exchange.Redacted = true // the token is often in a variable, or given for the whole collection
	body := object(object(example["originalRequest"])["body"])
	if mode := str(body["mode"]); mode == "raw" || mode == "" {
		exchange.RequestBody = []byte(str(body["raw"]))
	}
	exchange.Header = postmanHeader(example["header"])
	return setVCRBody(exchange, example["body"])
}

// postmanHeader returns headers that are not disabled.
func postmanHeader(value tree) http.Header {
	header := http.Header{}
	for _, one := range items(value) {
		entry := object(one)
		if name := str(entry["key"]); name != "" && str(entry["disabled"]) != "true" {
			header.Add(name, str(entry["value"]))
		}
	}
	return header
}

// postmanURL returns the URL of a request: a text, or an object with the text and the values of its path.
func postmanURL(value tree) string {
	if address, ok := text(value); ok {
		return address
	}
	parts := object(value)
	address := str(parts["raw"])
	path, query, hasQuery := strings.Cut(address, "?")
	for _, one := range items(parts["variable"]) {
		variable := object(one)
		if name := str(variable["key"]); name != "" {
			path = replaceSegment(path, ":"+name, url.PathEscape(str(variable["value"])))
		}
	}
	if hasQuery {
		path += "?" + query
	}
	return path
}

// replaceSegment replaces a segment of a path.
func replaceSegment(path, segment, value string) string {
	segments := strings.Split(path, "/")
	for i := range segments {
		if segments[i] == segment {
			segments[i] = value
		}
	}
	return strings.Join(segments, "/")
}

// postmanExamples returns the examples of a collection in the order of its folders, and the tokens that it has. The
// variables that the collection gives a value are replaced in both.
func postmanExamples(collection fields) (examples list, tokens []string) {
	p := &postmanWalk{variables: map[string]string{}}
	for _, one := range items(collection["variable"]) {
		variable := object(one)
		p.variables[str(variable["key"])] = str(variable["value"])
	}
	p.addToken(collection["auth"])
	p.walk(items(collection["item"]))
	return p.examples, p.tokens
}

// postmanWalk collects what is in the folders of a collection.
type postmanWalk struct {
	variables map[string]string
	examples  list
	tokens    []string
}

func (p *postmanWalk) walk(folder list) {
	for _, one := range folder {
		item := object(one)
		p.addToken(item["auth"])
		p.addToken(object(item["request"])["auth"])
		for _, response := range items(item["response"]) {
			p.addToken(object(object(response)["originalRequest"])["auth"])
			p.examples = append(p.examples, p.replace(response))
		}
		p.walk(items(item["item"]))
	}
}

// addToken adds the token of an authorization by bearer, as the array of newer collections or the object of older ones.
func (p *postmanWalk) addToken(auth tree) {
	bearer := object(auth)["bearer"]
	if token := str(object(bearer)["token"]); token != "" {
		p.tokens = append(p.tokens, p.replaceText(token))
	}
	for _, one := range items(bearer) {
		if field := object(one); str(field["key"]) == "token" {
			p.tokens = append(p.tokens, p.replaceText(str(field["value"])))
		}
	}
}

// replace returns an example with the values of variables in its request. The response is as it was received.
func (p *postmanWalk) replace(example tree) tree {
	replaced := fields{}
	for name, value := range object(example) {
		replaced[name] = value
	}
	replaced["originalRequest"] = p.replaceAll(replaced["originalRequest"])
	return replaced
}

func (p *postmanWalk) replaceAll(value tree) tree {
	switch value := value.(type) {
	case string:
		return p.replaceText(value)
	case list:
		replaced := make(list, 0, len(value))
		for _, item := range value {
			replaced = append(replaced, p.replaceAll(item))
		}
		return replaced
	case fields:
		replaced := make(fields, len(value))
		for name, item := range value {
			replaced[name] = p.replaceAll(item)
		}
		return replaced
	}
	return value
}

// replaceText replaces {{name}} once: a value may have a variable, which could have the first again.
func (p *postmanWalk) replaceText(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "{{")
		name, rest, closed := strings.Cut(after, "}}")
		value, known := p.variables[name]
		if !found || !closed {
			b.WriteString(text)
			return b.String()
		}
		if !known || value == "" {
			value = "{{" + name + "}}"
		}
		b.WriteString(before + value)
		text = rest
	}
}
