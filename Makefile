.PHONY: help help-all contract test live first-contact check race lint generate api spec-diff vuln release module
.PHONY: bench bench-check bench-prism mutation faults soak archives browser clients generators prism redis specmatic
.PHONY: module-test platforms release-test spec-diff-test

# The tools, each with its version.
export GOLANGCI    := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
export ACTIONLINT  := go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 -shellcheck= -pyflakes=
export GOVULNCHECK := go run golang.org/x/vuln/cmd/govulncheck@v1.8.0
OASDIFF            := go run github.com/oasdiff/oasdiff@v1.28.0

# The race detector needs cgo, and so a C compiler; go env reports whether there is one.
RACE       := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)
# A package may take longer than the 10 minutes of go test on a machine that is slow or has other work.
TEST       := go test -timeout 30m -vet=off
CONTRACT   := go run ./contracttest/cmd/contract
RECORDINGS := contracttest/recordings/*.cassette.yaml

# The shorter list fits a screen of 24 rows. Below, ##@ begins a heading; ## explains a target in both lists, and ### in
# the longer one, where the shorter one only names it.
help:
	@awk -F ':.*## ' '/^##@ / { if (names) print names; names = ""; print substr($$0, 5) } \
		/^[a-z-]+:.* ## / { printf "  %-16s%s\n", $$1, $$2 } \
		/^[a-z-]+:.* ### / { sub(/:.*/, ""); names = names "  " $$0 } \
		END { print names; print "make help-all explains every target" }' $(MAKEFILE_LIST)

help-all:
	@awk -F ':.*## ' '/^##@ / { print substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-16s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ See it work
# REPORT holds flags for more reports, such as REPORT='--format github -o contract.html'.
contract: ## check the recordings, and run the live suite on the fake
	$(CONTRACT) verify --baseline openapi/baseline.yaml $(RECORDINGS)
	@echo
	$(CONTRACT) live --missing $(REPORT) $(RECORDINGS)

# What is slow has a short form here and its long form in make race. Vetting is left to make check.
test: ## run every test
	$(TEST) ./...
	cd contracttest/clients && $(TEST) ./...
	cd contracttest/bench && $(TEST) ./chart ./check
	cd wrapper/oteltrace && $(TEST) ./...

NEED_TOKEN = test -n "$$DIGITALOCEAN_TOKEN" || \
	{ echo 'make $@ needs a token in DIGITALOCEAN_TOKEN, with the scope image:read'; exit 2; }

live: ## run the live suite on the API, reading only; needs a token
	@$(NEED_TOKEN)
	$(CONTRACT) live --base-url https://api.digitalocean.com $(REPORT)

first-contact: ## compare the API with what others saw of it; needs a token
	@$(NEED_TOKEN)
	$(CONTRACT) first-contact --base-url https://api.digitalocean.com

##@ Change it
check: ## regenerate, tidy, format, vet and lint; nothing may change
	.ci/check

# With -race in GOFLAGS, go commands that tests start find in the build cache what the tests were compiled from. The
# detector has a program sleep for a second at its end, and tests run many; 50 ms are enough for its last report.
race: ## run every test in its long form, with the race detector
	LONG=1 GORACE=atexit_sleep_ms=50 GOFLAGS="$$(go env GOFLAGS) -race" $(MAKE) --no-print-directory test
	LONG=1 $(TEST) ./contracttest/check # whose slow tests use one goroutine

lint: ## run golangci-lint in every module, actionlint on workflows
	.ci/lint

generate: ## regenerate package gen from openapi/images.yaml
	go generate ./...

api: ## rewrite the api.txt files, the list of exported names
	API=write $(TEST) -count=1 -run TestExportedAPI ./contracttest

spec-diff: ## compare with a document: make spec-diff UPSTREAM=file-or-URL
	@test -n "$(UPSTREAM)" || { echo 'usage: make spec-diff UPSTREAM=file-or-URL'; exit 2; }
	@go run ./openapi/drift -oasdiff "$(OASDIFF)" "$(UPSTREAM)"

##@ Publish it
vuln: ## look for known vulnerabilities; needs the network
	.ci/vuln

release: ## commit and tag a release: make release VERSION=0.2.0
	.ci/release '$(VERSION)'

module: ## rename the module: make module MODULE=github.com/you/doimages
	.ci/rename-module '$(MODULE)'

##@ Figures
bench: ### measure beside others; write the figures and the chart
	.ci/bench 6 raw.txt
	cd contracttest/bench && { go run ./check raw.txt; echo; go tool benchstat -col /by raw.txt; } > results.txt
	cd contracttest/bench && go run ./chart raw.txt chart.svg && cat results.txt

bench-check: ### measure more briefly; fail where a ratio misses its target
	.ci/bench 5 check.txt -test.benchtime 0.5s
	cd contracttest/bench && go run ./check check.txt

bench-prism: ### bench-check with Prism, which npm installs
	TAGS=prism .ci/bench 1 check.txt
	cd contracttest/bench && go run ./check check.txt

mutation: ### print how many broken exchanges the checks find
	MUTATION=1 $(TEST) -count=1 -v -run TestMutationScore ./contracttest/check

faults: ### print what each kind of operation does under each fault
	FAULTS=1 $(TEST) -count=1 -v -run FaultMatrix ./wrapper

soak: ### send 200,000 requests, one in twenty of them with a fault
	SOAK=200000 $(TEST) $(RACE) -count=1 -v -run TestSoak ./wrapper

##@ With programs of others
# Debian's packages of tools that record. Others come from npm, if that is there, and the Go module proxy.
RECORDERS := chromium curl mitmproxy python3-vcr ruby-multi-json ruby-vcr ruby-webmock

archives: ### verify what other tools record (installs those of Debian)
	@! command -v apt-get >/dev/null || dpkg -s $(RECORDERS) >/dev/null 2>&1 || { \
		apt-get update; \
		for package in $(RECORDERS); do \
			apt-get install -y --no-install-recommends $$package || echo "$$package cannot be installed"; \
		done; \
	}
	cd contracttest/clients && $(TEST) -tags archives -count=1 -v -run TestArchives ./...

browser: ### test the HTML report in Chromium (installs it on Debian)
	@command -v chromium >/dev/null || { apt-get update && apt-get install -y --no-install-recommends chromium; }
	$(TEST) -tags browser -count=1 -run Browser ./contracttest/report

# What cannot be had is skipped by name. TERRAFORM_PROVIDER_DIR=folder has Terraform's provider built from a checkout.
DEBIAN_CLIENTS := python3-digitalocean python3-libcloud ansible

clients: ### drive the fake with others' clients (installs those of Debian)
	@! command -v apt-get >/dev/null || dpkg -s $(DEBIAN_CLIENTS) >/dev/null 2>&1 || \
		{ apt-get update && apt-get install -y --no-install-recommends $(DEBIAN_CLIENTS); } || true
	cd contracttest/clients && TERRAFORM_PROVIDER_DIR='$(abspath $(TERRAFORM_PROVIDER_DIR))' \
		$(TEST) -tags clients -count=1 -v ./...

generators: ### have other OpenAPI tools read the contract, if available
	.ci/generators

redis: ### share a request budget through Redis (installs it on Debian)
	@command -v redis-server >/dev/null || { apt-get update && apt-get install -y --no-install-recommends redis-server; }
	cd wrapper/redislimit && $(TEST) -count=1 -v ./...

# UPSTREAM=file has a copy of the published document tried as well, here and by make prism.
specmatic: ### have Specmatic send the contract's examples to the fake
	cd contracttest/clients && UPSTREAM='$(abspath $(UPSTREAM))' \
		$(TEST) -tags specmatic -count=1 -v -run TestSpecmatic .

prism: ### send them through Prism, which validates both directions
	cd contracttest/clients && UPSTREAM='$(abspath $(UPSTREAM))' \
		$(TEST) -tags prism -count=1 -v -run TestPrism .

##@ More tests
module-test: ### rename the module in a scratch clone; make check test there
	.ci/module-test

platforms: ### vet what others import, for other platforms
	.ci/platforms

release-test: ### release in a scratch clone, and import the result
	RELEASE=1 $(TEST) -count=1 -v -run TestReleaseCanBeImported ./contracttest

spec-diff-test: ### compare with edited documents; it runs oasdiff many times
	SPEC_DIFF=1 $(TEST) -count=1 ./openapi/drift
