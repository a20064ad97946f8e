package check

import "strconv"

// object is an object of a body. It knows the one around it, so that its place can be told without
// being written down: a page has hundreds of objects, and hardly ever is something wrong with one.
type object struct {
	fields map[string]any
	around *object // nil for the body itself
	key    string  // the field that holds it
	index  string  // where it is in the array that the field holds; empty if the field holds the object itself
}

// object returns the object in a field, and whether there is one. One that is missing is empty, and
// has a place.
func (o *object) object(name string) (*object, bool) {
	fields, ok := o.fields[name].(map[string]any)
	return &object{fields: fields, around: o, key: name}, ok
}

// listView is a page of a list of whatever items.
type listView struct {
	key   string // images or actions
	items []object
}

// list returns the array in a field, and whether there is one. An item that is not an object is
// empty.
func (o *object) list(name string) (listView, bool) {
	values, ok := o.fields[name].([]any)
	items := make([]object, len(values))
	for i, value := range values {
		fields, _ := value.(map[string]any)
		items[i] = object{fields: fields, around: o, key: name, index: strconv.Itoa(i)}
	}
	return listView{key: name, items: items}, ok
}

// at returns the place of the object, for a JSON pointer.
func (o *object) at() []string {
	switch {
	case o.around == nil:
		return nil
	case o.index == "":
		return append(o.around.at(), o.key)
	}
	return append(o.around.at(), o.key, o.index)
}

// field is a field of an object, of the type that the contract gives it.
type field[T any] struct {
	of      *object
	name    string
	isThere bool // whether the object has the field, be it null or of another type
	isTold  bool // whether it has a value of the type
	value   T    // that value; the zero value if there is none
}

// fieldOf reads a field of an object. T is the Go type that the decoder has for the type in the
// contract, such as json.Number for an integer.
func fieldOf[T any](o *object, name string) field[T] {
	given, isThere := o.fields[name]
	value, isTold := given.(T)
	return field[T]{of: o, name: name, isThere: isThere, isTold: isTold, value: value}
}

// given returns the value as it was decoded, of whatever type.
func (f field[T]) given() any { return f.of.fields[f.name] }

// isNull reports whether the object has the field, and null in it.
func (f field[T]) isNull() bool { return f.isThere && f.given() == nil }

// fits reports whether the field has a value of the type, or null. Anything else was found by its schema.
func (f field[T]) fits() bool { return f.isTold || f.isNull() }

// at returns the place of the field, for a JSON pointer.
func (f field[T]) at() []string { return append(f.of.at(), f.name) }

// rootOf returns the object that a body is. One that is not an object, or could not be decoded, has no fields.
func rootOf(body any) *object {
	fields, _ := body.(map[string]any)
	return &object{fields: fields}
}
