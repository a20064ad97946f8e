package recording

import "example.com/doimages/contracttest/traffic"

// vcrpy is how vcrpy writes, in YAML or JSON. Its tests often take the token out of the headers, so that a request
// without one is no fault of the client.
//
// https://vcrpy.readthedocs.io
var vcrpy = dialect{
	request: vcrRequest,
	sent:    vcrSent,
	fill:    fillVCRPy,
}

func fillVCRPy(interaction fields, exchange *traffic.Exchange) (omitted *OmittedError) {
	request, response := object(interaction["request"]), object(interaction["response"])
	status := object(response["status"])["code"]
	if status == nil {
		status = response["status_code"] // as it wrote the responses of httpx for a while
	}
	if exchange.Status, omitted = statusOf(status); omitted != nil {
		return omitted
	}
	exchange.Redacted = true
	exchange.RequestBody, _ = vcrBody(request["body"])
	exchange.Header = headerOf(response["headers"])
	return setVCRBody(exchange, response["body"], response["content"])
}
