package check

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// schemaProblems returns what kin-openapi says of the value in a place, one problem for each value
// that is wrong. It is for values that are small, such as a header.
func schemaProblems(at []string, err error) (all []problem) {
	v := newVisitor(nil, nil, func(p problem) bool {
		all = append(all, p)
		return true
	})
	v.report(at, err)
	return all
}

// visitor has kin-openapi judge a value part by part: the list of errors that it builds for a value
// as a whole knows no bound, and each of its errors may hold the text of the value. The methods
// return false when no more problems are wanted.
type visitor struct {
	options []openapi3.SchemaValidationOption
	schemas *schemas2020 // judges whether values fit; nil for a document before 3.1, where kin-openapi does
	yield   func(problem) bool

	own    map[*openapi3.Schema]*openapi3.Schema // as ownKeywords returns them
	single map[*openapi3.Schema]*openapi3.Schema // as withoutBranches returns them; for 3.1, as plain does

	// broken finds what is wrong with a value that does not fit its schema.
	broken func(v *visitor, at []string, value any, s *openapi3.Schema) bool
}

// quiet gives every error a short text. kin-openapi writes the text of an error into that of
// another one, and it has the value in it otherwise.
var quiet = openapi3.SetSchemaErrorMessageCustomizer(func(err *openapi3.SchemaError) string {
	return cmp.Or(err.Reason, err.SchemaField, "invalid")
})

func newVisitor(
	schemas *schemas2020, options []openapi3.SchemaValidationOption, yield func(problem) bool,
) *visitor {
	return &visitor{
		options: append([]openapi3.SchemaValidationOption{quiet}, options...),
		schemas: schemas,
		yield:   yield,
		own:     map[*openapi3.Schema]*openapi3.Schema{},
		single:  map[*openapi3.Schema]*openapi3.Schema{},
		broken:  (*visitor).visitBroken,
	}
}

// judge returns what kin-openapi says of a value as a whole: the first error, unless an option says
// otherwise.
func (v *visitor) judge(value any, s *openapi3.Schema, more ...openapi3.SchemaValidationOption) error {
	return s.VisitJSON(value, append(slices.Clip(v.options), more...)...)
}

// yielding returns a visitor that does something else with problems.
func (v *visitor) yielding(yield func(problem) bool) *visitor {
	other := *v
	other.yield = yield
	return &other
}

// fits reports whether a value is known to fit a schema as a whole.
func (v *visitor) fits(value any, s *openapi3.Schema) bool {
	if v.schemas != nil {
		return !isTakenApart(value, s) && v.schemas.fits(value, s)
	}
	return v.judge(value, s, openapi3.FailFast()) == nil
}

// visit judges the value in a place.
func (v *visitor) visit(at []string, value any, s *openapi3.Schema) bool {
	return v.fits(value, s) || v.broken(v, at, value, s)
}

// visitBroken finds what is wrong with a value that does not fit its schema.
func (v *visitor) visitBroken(at []string, value any, s *openapi3.Schema) bool {
	list, isArray := value.([]any)
	object, isObject := value.(map[string]any)
	hasParts := permits(s.Type, value) && len(s.Enum) == 0
	switch {
	case isComposed(s):
		return v.visitComposed(at, value, s)
	case isArray && hasParts:
		return v.visitItems(at, list, s)
	case isObject && hasParts:
		return v.visitFields(at, object, s)
	case isArray || isObject:
		return v.report(at, v.judge(value, s))
	}
	return v.report(at, v.judge(value, s, openapi3.MultiErrors()))
}

// visitComposed finds what is wrong with a value by a schema that is made of others. As in
// kin-openapi, what the schema demands by itself is judged if the value fits the others.
func (v *visitor) visitComposed(at []string, value any, s *openapi3.Schema) bool {
	err := v.judge(value, s)
	var broken *openapi3.SchemaError
	if !errors.As(err, &broken) || broken.Schema == s && keywordChecks[broken.SchemaField] == "no-branch" {
		return v.report(at, err)
	}
	if v.single[s] == nil {
		v.single[s] = withoutBranches(s)
	}
	return v.visit(at, value, v.single[s])
}

// withoutBranches returns a schema without those that it is made of.
func withoutBranches(s *openapi3.Schema) *openapi3.Schema {
	single := *s
	single.AllOf, single.AnyOf, single.OneOf, single.Not, single.Discriminator = nil, nil, nil, nil, nil
	return &single
}

// visitItems judges the items of an array, and then the array by itself.
func (v *visitor) visitItems(at []string, list []any, s *openapi3.Schema) bool {
	for i := len(s.PrefixItems); i < len(list) && s.Items != nil; i++ {
		item, items := list[i], s.Items.Value
		if !v.fits(item, items) && !v.broken(v, append(slices.Clip(at), strconv.Itoa(i)), item, items) {
			return false
		}
	}
	return v.visitOwn(at, list, s)
}

// visitFields judges the fields of an object, and then the object by itself.
func (v *visitor) visitFields(at []string, object map[string]any, s *openapi3.Schema) bool {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !v.visitField(at, object, name, s) {
			return false
		}
	}
	return v.visitOwn(at, object, s)
}

// visitField judges a field of an object.
func (v *visitor) visitField(at []string, object map[string]any, name string, s *openapi3.Schema) bool {
	additional := s.AdditionalProperties
	field := cmp.Or(s.Properties[name], additional.Schema)
	switch {
	case field != nil:
		return v.fits(object[name], field.Value) ||
			v.broken(v, append(slices.Clip(at), name), object[name], field.Value)
	case additional.Has == nil || *additional.Has:
		return true
	}
	return v.yield(problem{
		check:    "schema",
		at:       at,
		message:  fmt.Sprintf("property %q is unsupported", name),
		expected: expected(s),
		given:    object,
		shown:    true,
	})
}

// visitOwn judges an array or an object, whose parts have been judged, by itself.
func (v *visitor) visitOwn(at []string, value any, s *openapi3.Schema) bool {
	if v.own[s] == nil {
		v.own[s] = ownKeywords(s)
	}
	return v.report(at, v.judge(value, v.own[s], openapi3.MultiErrors()))
}

// ownKeywords returns a schema without what it says of the parts of a value, but which of them it
// requires, and which may be in a request or in a response only.
func ownKeywords(s *openapi3.Schema) *openapi3.Schema {
	own := *s
	own.Items, own.PrefixItems, own.AdditionalProperties = nil, nil, openapi3.AdditionalProperties{}
	own.Properties = openapi3.Schemas{}
	for name, field := range s.Properties {
		own.Properties[name] = openapi3.NewSchemaRef("", &openapi3.Schema{
			ReadOnly:  field.Value.ReadOnly,
			WriteOnly: field.Value.WriteOnly,
			Nullable:  true, // a field that may be anything
		})
	}
	return &own
}

// report yields what an error of kin-openapi says of the value in a place. Its messages are not
// used whole: they repeat the value.
func (v *visitor) report(at []string, err error) bool {
	// A type switch, because errors.As finds the first error in a MultiError and hides the others.
	switch err := err.(type) {
	case nil:
		return true
	case openapi3.MultiError:
		for _, err := range err {
			if !v.report(at, err) {
				return false
			}
		}
		return true
	case *openapi3.SchemaError:
		return v.reportValue(append(slices.Clip(at), err.JSONPointer()...), err)
	}
	return v.yield(problem{check: "schema", at: at, message: err.Error()})
}

// reportValue yields what an error says of a value. Of a composed schema kin-openapi says only that
// the value does not fit, and not where: the part that it does not fit is asked again.
func (v *visitor) reportValue(at []string, err *openapi3.SchemaError) bool {
	if p, ok := discriminatorProblem(at, err); ok {
		return v.yield(p)
	}
	if branch := v.nearestBranch(err); branch != nil {
		return v.yielding(func(p problem) bool {
			p.message = "of " + branchName(branch) + ", the nearest branch: " + p.message
			return v.yield(p)
		}).visit(at, err.Value, branch.Value)
	}
	if err.SchemaField == "allOf" && err.Schema != nil {
		for _, part := range err.Schema.AllOf {
			if !v.visit(at, err.Value, part.Value) {
				return false
			}
		}
		return true
	}
	return v.yield(valueProblem(at, err))
}

// valueProblem returns what an error says of a single value.
func valueProblem(at []string, err *openapi3.SchemaError) problem {
	p := problem{check: checkOf(err), at: at, message: err.Reason}
	if err.Schema == nil {
		return p
	}
	// kin-openapi looks at the enum before the type, and a value of another type breaks more
	// clients than a new one.
	if p.check == "unknown-enum-value" && !permits(err.Schema.Type, err.Value) {
		p.check, p.message = "wrong-type", "value must be "+article(err.Schema.Type.Slice())
		if err.Value == nil {
			p.check, p.message = "null", "Value is not nullable"
		}
	}
	if p.check != "missing-field" { // of which the value is the object around it
		p.expected, p.given, p.shown = expected(err.Schema), err.Value, true
	}
	return p
}

// article names types in a sentence.
func article(types []string) string {
	text := strings.Join(types, " or ")
	if text != "" && strings.ContainsRune("aio", rune(text[0])) {
		return "an " + text
	}
	return "a " + text
}

// nearestBranch returns which branch of a oneOf or anyOf a value was meant for: the one that the
// discriminator names, or the one with the fewest errors and unknown fields. It returns nil where a
// branch fits, as when two do and one may.
func (v *visitor) nearestBranch(err *openapi3.SchemaError) (nearest *openapi3.SchemaRef) {
	fewest := 0
	for _, branch := range candidates(err) {
		faults := v.countProblems(err.Value, branch.Value)
		if faults == 0 {
			return nil
		}
		distance := faults + countUndeclared(branch.Value, err.Value)
		if nearest == nil || distance < fewest {
			nearest, fewest = branch, distance
		}
	}
	return nearest
}

// candidates returns the branches that a value which fits none of them may have been meant for.
func candidates(err *openapi3.SchemaError) openapi3.SchemaRefs {
	if err.Schema == nil {
		return nil
	}
	switch err.SchemaField {
	case "oneOf", "anyOf":
	default:
		return nil
	}
	branches := err.Schema.OneOf
	if len(branches) == 0 {
		branches = err.Schema.AnyOf
	}
	named := namedBranch(err)
	for i, branch := range branches {
		if branch.Ref != "" && branch.Ref == named {
			return branches[i : i+1]
		}
	}
	return branches
}

// namedBranch returns the reference to the branch that a value names by the discriminator, if there
// is one.
func namedBranch(err *openapi3.SchemaError) (ref string) {
	object, isObject := err.Value.(map[string]any)
	if !isObject || err.Schema.Discriminator == nil {
		return ""
	}
	value, _ := object[err.Schema.Discriminator.PropertyName].(string)
	return err.Schema.Discriminator.Mapping[value].Ref
}

// countProblems counts what is wrong with a value by one branch, up to maxFindings.
func (v *visitor) countProblems(value any, branch *openapi3.Schema) (n int) {
	v.yielding(func(problem) bool {
		n++
		return n < maxFindings
	}).visit(nil, value, branch)
	return n
}

// countUndeclared counts the fields of an object that a branch does not declare.
func countUndeclared(branch *openapi3.Schema, value any) (n int) {
	object, _ := value.(map[string]any)
	for key := range object {
		if len(branch.Properties) > 0 && branch.Properties[key] == nil {
			n++
		}
	}
	return n
}
