package gen_test

import (
	"fmt"

	"example.com/doimages/gen"
)

// What the document does not know is no error: a region and a status of tomorrow come through as they are.
func ExampleDecode() {
	body := []byte(`{"image":{"id":42,"name":"web","status":"archived","regions":["mars1"],"slug":null}}`)
	response, err := gen.Decode[gen.ImageResponse](body)
	if err != nil {
		panic(err)
	}
	image := response.Image
	fmt.Println(image.ID, image.Name, image.Regions, image.Slug == nil)
	fmt.Println(image.Status, image.Status.Valid())
	// Output:
	// 42 web [mars1] true
	// archived false
}
