package recording

import "example.com/doimages/contracttest/traffic"

// rubyVCR is how Ruby's VCR writes, in YAML or JSON. It says when an exchange was recorded, in whole seconds: that is
// too coarse to tell which of two was first, so that the order of the file counts.
//
// https://benoittgt.github.io/vcr
var rubyVCR = dialect{
	request: vcrRequest,
	sent:    vcrSent,
	fill:    fillRubyVCR,
}

func fillRubyVCR(interaction fields, exchange *traffic.Exchange) (omitted *OmittedError) {
	request, response := object(interaction["request"]), object(interaction["response"])
	if exchange.Status, omitted = statusOf(object(response["status"])["code"]); omitted != nil {
		return omitted
	}
	exchange.Redacted = true // as with vcrpy
	exchange.RequestBody, _ = vcrBody(request["body"])
	exchange.Header = headerOf(response["headers"])
	if omitted = setVCRBody(exchange, response["body"]); omitted != nil {
		return omitted
	}
	if exchange.Header.Get("Content-Encoding") == "" {
		// Net::HTTP has decompressed the body and removed this header, but not the length of what was sent (inflater of
		// Net::HTTPResponse, lib/net/http/response.rb).
		dropWireLength(exchange.Header, exchange.Body, int64(len(exchange.Body)))
	}
	return nil
}
