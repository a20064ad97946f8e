package fakeapi

import "cmp"

// FailImport carries a create out, and makes the import that it starts end as deleted, with this error_message. If it
// is empty, the error_message is that of a damaged archive. A fault with this effect strikes no other operation than
// images_create_custom.
//
// As text: images_create_custom:fail-import or images_create_custom:fail-import=MESSAGE. A message in text has no
// comma.
//
// https://docs.digitalocean.com/reference/api/reference/images/#images_create_custom
func FailImport(message string) Effect {
	return Effect{
		name:     "fail-import",
		only:     "images_create_custom",
		failWith: ptr(cmp.Or(message, damagedArchive)),
	}
}

// FailAction starts a transfer or conversion, and makes it end as errored, without having done anything to the image. A
// fault with this effect strikes no other operation than imageActions_post.
//
// As text: imageActions_post:fail-action.
//
// https://docs.digitalocean.com/reference/api/reference/image-actions/#imageActions_post
func FailAction() Effect {
	return Effect{
		name:     "fail-action",
		only:     "imageActions_post",
		failWith: ptr(""), // actions have no message
	}
}
