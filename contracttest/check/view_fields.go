package check

// What an image or an action tells beside what makes it one; see view.go.

func (i imageView) name() field[string]         { return fieldOf[string](i.object, "name") }
func (i imageView) description() field[string]  { return fieldOf[string](i.object, "description") }
func (i imageView) distribution() field[string] { return fieldOf[string](i.object, "distribution") }
func (i imageView) regions() field[[]any]       { return fieldOf[[]any](i.object, "regions") }

func (a actionView) kind() field[string]         { return fieldOf[string](a.object, "type") }
func (a actionView) started() field[string]      { return fieldOf[string](a.object, "started_at") }
func (a actionView) completed() field[string]    { return fieldOf[string](a.object, "completed_at") }
func (a actionView) resourceType() field[string] { return fieldOf[string](a.object, "resource_type") }
func (a actionView) regionSlug() field[string]   { return fieldOf[string](a.object, "region_slug") }

// slugOfRegion is the slug in the region of the action, which it may tell beside region_slug.
func (a actionView) slugOfRegion() field[string] {
	region, _ := a.object.object("region")
	return fieldOf[string](region, "slug")
}
