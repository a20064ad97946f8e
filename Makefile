.PHONY: help contract live test bench bench-check bench-prism faults soak redis clients check browser mutation vuln generate lint api module module-test drift

GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.12.0
OASDIFF  := go run github.com/oasdiff/oasdiff@v1.28.0
VULN     := go run golang.org/x/vuln/cmd/govulncheck@v1.8.0
ACTIONS  := go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 -shellcheck= -pyflakes=

# The race detector needs cgo, and so a C compiler; go env says whether there is one.
RACE := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# REPORT holds flags for more reports, such as REPORT='--format github -o contract.html'.
contract: ## check every recording, and the live suite on the embedded fake; print tables
	go run ./contracttest/cmd/contract verify --baseline openapi/baseline.yaml contracttest/recordings/*.cassette.yaml
	@echo
	go run ./contracttest/cmd/contract live $(REPORT) contracttest/recordings/*.cassette.yaml

live: ## run the live suite against the real API, reading only; needs DIGITALOCEAN_TOKEN
	@test -n "$$DIGITALOCEAN_TOKEN" || { echo 'make live needs a token in DIGITALOCEAN_TOKEN, with the scope image:read'; exit 2; }
	go run ./contracttest/cmd/contract live --base-url https://api.digitalocean.com $(REPORT)

test: ## run every test
	go test $(RACE) ./...
	cd contracttest/clients && go test $(RACE) ./...
	cd wrapper/oteltrace && go test $(RACE) ./...
	cd contracttest/bench && go test ./check

# Every benchmark once, and then again: what disturbs the machine for a while then disturbs both sides of a ratio.
BENCH = cd contracttest/bench && go test -c -o bench.test $(1) . && (for i in $$(seq $(2)); do ./bench.test -test.run '^$$' -test.bench . $(4) || exit 1; done) > $(3)

bench: ## measure beside godo, kin-openapi and others; writes contracttest/bench/results.txt (some minutes)
	$(call BENCH,,6,raw.txt)
	cd contracttest/bench && { go run ./check raw.txt; echo; go tool benchstat -col /by raw.txt; } > results.txt; cat results.txt

bench-check: ## measure more briefly, and fail where a ratio misses its target, or what is held where that is missed
	$(call BENCH,,5,check.txt,-test.benchtime 0.5s)
	cd contracttest/bench && go run ./check check.txt

bench-prism: ## bench-check with Prism, which npm installs
	$(call BENCH,-tags prism,1,check.txt)
	cd contracttest/bench && go run ./check check.txt

faults: ## print what each kind of operation comes to under each fault
	FAULTS=1 go test -count=1 -v -run FaultMatrix ./wrapper

soak: ## send 200,000 requests of which one in twenty meets a fault (some minutes)
	SOAK=200000 go test $(RACE) -count=1 -timeout 20m -v -run TestSoak ./wrapper

redis: ## share one request budget between processes through a redis-server, which is installed if it is missing (Debian)
	@command -v redis-server >/dev/null || { apt-get update && apt-get install -y --no-install-recommends redis-server; }
	cd wrapper/redislimit && go test -count=1 -v ./...

clients: ## drive the fake with doctl, dots (needs node and npm) and terraform, where they can be had
	cd contracttest/clients && go test -tags clients -count=1 -v ./...

check: ## regenerate, tidy, format, vet, lint; nothing may change by it
	@before=$$(git status --porcelain; git diff HEAD | git hash-object --stdin); \
	$(MAKE) --no-print-directory generate && \
	for m in $$(git ls-files '*go.mod'); do (cd $$(dirname $$m) && go mod tidy) || exit 1; done && \
	gofmt -l -w $$(git ls-files '*.go') && \
	go vet ./... && \
	GOARCH=386 go vet ./... && \
	(cd contracttest/clients && go vet -tags clients ./...) && (cd wrapper/redislimit && go vet ./...) && (cd wrapper/oteltrace && go vet ./...) && (cd contracttest/bench && go vet -tags prism ./...) && \
	$(MAKE) --no-print-directory lint && \
	after=$$(git status --porcelain; git diff HEAD | git hash-object --stdin) && \
	if [ "$$before" != "$$after" ]; then echo 'make check changed the tree; commit what it did:'; git status --porcelain; exit 1; fi && \
	if [ -n "$$CI" ] && [ -n "$$(git status --porcelain)" ]; then echo 'the tree is not clean:'; git status --porcelain; exit 1; fi

browser: ## look at the HTML report in Chromium, which is installed if it is missing (Debian)
	@command -v chromium >/dev/null || { apt-get update && apt-get install -y --no-install-recommends chromium; }
	go test -tags browser -count=1 -run Browser ./contracttest

mutation: ## print how many broken exchanges are found, beside plain kin-openapi on the same
	MUTATION=1 go test -v -count=1 -run TestMutationScore ./contracttest

vuln: ## look for known vulnerabilities in what is compiled; needs the network
	@out=$$($(VULN) ./... 2>&1); status=$$?; printf '%s\n' "$$out"; \
	case "$$status $$out" in \
	0*) ;; \
	*'exit status 3'*) echo 'make vuln: there are vulnerabilities, see above'; exit 1 ;; \
	*) echo 'make vuln: NOTHING WAS CHECKED: govulncheck or its database, https://vuln.go.dev, could not be had'; exit 2 ;; \
	esac

generate: ## write package gen anew from openapi/images.yaml
	go generate ./...

lint: ## run golangci-lint, and actionlint on the workflows
	$(GOLANGCI) run ./...
	$(ACTIONS) .github/workflows/*.yml

api: ## write the api.txt files, which hold what each package exports
	API=write go test -count=1 -run TestExportedAPI ./contracttest

module: ## rename the module everywhere: make module MODULE=github.com/you/doimages
	@test -n "$(MODULE)" || { echo 'usage: make module MODULE=github.com/you/doimages'; exit 2; }
	@old=$$(go list -m) && go mod edit -module '$(MODULE)' && \
	for f in $$(git grep -lFI "$$old"); do \
		sed "s|$$(echo "$$old" | sed 's/[.]/\\./g')|$(MODULE)|g" "$$f" > renamed.tmp && cat renamed.tmp > "$$f" && rm renamed.tmp || exit 1; \
	done && gofmt -l -w $$(git ls-files '*.go') > /dev/null && \
	sed '/is a placeholder until/,/^$$/d' README.md > renamed.tmp && cat renamed.tmp > README.md && rm renamed.tmp && echo "$$old is $(MODULE) now; make check test says whether all is well"

module-test: ## rename the module in a scratch clone, and run make check test there
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && git clone -q . "$$dir" && cd "$$dir" && old=$$(go list -m) && \
	$(MAKE) --no-print-directory module MODULE=example.org/renamed/images && \
	if git grep -nF "$$old"; then echo 'make module-test: the old name is left'; exit 1; fi && \
	git -c user.name=a -c user.email=a@example.org commit -qam 'Rename the module' && $(MAKE) --no-print-directory check test

drift: ## compare with a published document: make drift UPSTREAM=file-or-URL (needs Go 1.26)
	@test -n "$(UPSTREAM)" || { echo 'usage: make drift UPSTREAM=file-or-URL'; exit 2; }
	@go run ./openapi/drift -oasdiff "$(OASDIFF)" "$(UPSTREAM)"
