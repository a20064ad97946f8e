package check

import "fmt"

// checkActions looks at every action of a response by itself.
func (c *checker) checkActions(v view) {
	for action := range v.tells.everyAction {
		c.checkAction(action)
	}
}

// checkAction demands that an action not contradict itself, and be on an image. Of a contradiction a client believes
// what it reads first, which is breaking. Another type of resource is drift: the contract has no list of them, so that
// a typed client passes any on.
func (c *checker) checkAction(action actionView) {
	c.checkActionTimes(action)
	slug, ofRegion := action.regionSlug(), action.slugOfRegion()
	if slug.isTold && ofRegion.isTold && slug.value != ofRegion.value {
		message := "the region of the action is " + c.quoted(ofRegion.value)
		c.add("action-region", "body", slug.at(), message).Got = c.got(slug.given())
	}
	if resource := action.resourceType(); resource.isTold && resource.value != "image" {
		finding := c.add("action-resource", "body", resource.at(), "the actions of an image are on an image")
		finding.Expected, finding.Got = "image", c.got(resource.given())
	}
}

// checkActionTimes demands an end of an action that is completed, none of one that is in progress, and no end before
// the beginning. Whether one that errored has an end is unknown.
func (c *checker) checkActionTimes(action actionView) {
	status, started, completed := action.status().value, action.started(), action.completed()
	hasNoEnd := !completed.isThere || completed.isNull()
	message := ""
	switch {
	case status == "completed" && hasNoEnd:
		message = "the action is completed, and has no end"
	case status == "in-progress" && completed.isTold:
		message = "the action is in progress, and has an end"
	case completed.isTold && isBefore(completed.value, started.value):
		message = fmt.Sprintf("the action began later, at %s", c.quoted(started.value))
	}
	if message != "" && !c.isJudged("body", completed.at()) {
		c.add("action-times", "body", completed.at(), message).Got = c.got(completed.given())
	}
}
