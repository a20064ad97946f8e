package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/doimages/contracttest"
	"example.com/doimages/contracttest/internal/plural"
	"example.com/doimages/contracttest/internal/redact"
	"example.com/doimages/wrapper"
)

// probeTime bounds a probe. A server that has fallen silent would hold up each case as long.
const probeTime = time.Minute

// hourlyLimit is how many requests the API allows in an hour (the introduction of the API reference).
const hourlyLimit = 5_000

// maxComputedBudget leaves half of these to others that use the account. A server that claims to have a million images
// must not get a million requests, so more has to be asked for.
const maxComputedBudget = hourlyLimit / 2

// probe reads one image, so that what is wrong with a whole run is said once, and not by every case. It returns how
// many images the account lists.
func probe(ctx context.Context, target contracttest.Target) (images int, err error) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	client, err := wrapper.NewClient(target.Token,
		wrapper.WithBaseURL(target.BaseURL),
		wrapper.WithRetry(wrapper.Retry{Attempts: 1}),
	)
	if err != nil {
		return 0, err
	}
	for page, err := range client.ImagePages(ctx, wrapper.ListParams{PerPage: 1}) {
		if err != nil {
			return 0, err
		}
		return page.Meta.Total, nil
	}
	return 0, nil
}

// prepare probes a target, and gives it the budget that the options say or that its images ask for. An error says that
// no case could be run. Any other fault of the response is for the cases to judge.
func prepare(ctx context.Context, target contracttest.Target, options targetOptions) (contracttest.Target, error) {
	images, err := probe(ctx, target)
	if err != nil && preventsAll(err) {
		return target, inOneLine(target.Token, err)
	}
	target.Budget, err = budgetOf(options, images)
	return target, err
}

// preventsAll reports whether no case can succeed after an error: there is no response, or the token or the account is
// refused as such.
func preventsAll(err error) bool {
	for _, kind := range []error{
		wrapper.ErrNoResponse, wrapper.ErrUnauthorized, wrapper.ErrForbidden, wrapper.ErrRateLimited,
	} {
		if errors.Is(err, kind) {
			return true
		}
	}
	var responded *wrapper.Error
	return !errors.As(err, &responded) // no client could be made
}

// inOneLine returns an error without the token and without a newline. A server may have sent either.
func inOneLine(token string, err error) error {
	var secrets redact.Redactor
	secrets.Hide(token)
	return errors.New(redact.Printable(secrets.Text(err.Error())))
}

// budgetOf returns how many requests a run may send after the probe.
func budgetOf(options targetOptions, images int) (int, error) {
	if options.budget > 0 {
		return givenBudget(options.budget, images)
	}
	needed := contracttest.BudgetFor(images)
	if needed > maxComputedBudget {
		return 0, fmt.Errorf("a run on an account with %s may take %d of the %d requests that the API allows in an hour: "+
			"set --budget if that is meant", plural.Of(images, "image"), needed, hourlyLimit)
	}
	return needed, nil
}

// givenBudget returns what is left of a budget after the probe.
func givenBudget(budget, images int) (int, error) {
	if least := contracttest.LeastBudgetFor(images); images > 0 && budget < least {
		return 0, fmt.Errorf("--budget %d: an account with %s takes at least %d requests; without it, the budget is %d",
			budget, plural.Of(images, "image"), least, contracttest.BudgetFor(images))
	}
	if budget == 1 {
		return 0, errors.New("--budget 1: the request that tries the token uses it up")
	}
	return budget - 1, nil
}
