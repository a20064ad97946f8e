package wrapper_test

import (
	"fmt"
	"log"

	"example.com/doimages/gen"
	"example.com/doimages/wrapper"
)

// Values that the document does not know are no error: a new region or status is kept as it is.
func ExampleDecode() {
	body := []byte(`{"image":{"id":42,"name":"web","status":"archived","regions":["mars1"],"slug":null}}`)
	response, err := wrapper.Decode[gen.ImageResponse](body)
	if err != nil {
		log.Fatal(err)
	}
	image := response.Image
	fmt.Println(image.ID, image.Name, image.Regions, image.Slug == nil)
	fmt.Println(image.Status, image.Status.Valid())
	// Output:
	// 42 web [mars1] true
	// archived false
}
