package fakeapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"example.com/doimages/gen"
)

// registerAllActions adds the operations that read the actions of an account on any resource, of which the fake has
// those on images. They are outside the document; some clients wait there.
//
// https://docs.digitalocean.com/reference/api/reference/actions/
func (s *service) registerAllActions(router *http.ServeMux) {
	router.HandleFunc("GET /v2/actions", s.allActions)
	router.HandleFunc("GET /v2/actions/{action_id}", s.anyAction)
}

// allActions lists the actions on the images of the caller, the newest first.
func (s *service) allActions(w http.ResponseWriter, r *http.Request) {
	c := callerOf(r.Context())
	var all []*action
	for _, image := range s.store.changed {
		if image.owner == c.account {
			all = append(all, image.actions...)
		}
	}
	query := r.URL.Query()
	list := s.actionPage(c, all, numberIn(query.Get("page")), numberIn(query.Get("per_page")))
	_ = json.NewEncoder(w).Encode(list)
}

// numberIn returns a parameter of a query, or nil where the request left it out.
func numberIn(text string) *int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return nil
	}
	return &n
}

// anyAction reads one action. As a read by way of its image, it counts as a poll.
func (s *service) anyAction(w http.ResponseWriter, r *http.Request) {
	c := callerOf(r.Context())
	id, err := strconv.ParseInt(r.PathValue("action_id"), 10, 64)
	if err != nil {
		writeError(w, errNotFound)
		return
	}
	for _, image := range s.store.changed {
		at := slices.IndexFunc(image.actions, func(a *action) bool { return a.ID == id })
		if at >= 0 && image.owner == c.account {
			s.poll(c, image.actions[at])
			_ = json.NewEncoder(w).Encode(gen.ActionResponse{Action: image.actions[at].Action})
			return
		}
	}
	writeError(w, errNotFound)
}
