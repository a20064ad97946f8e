#!/usr/bin/env bash
# Builds the command contract from the checkout that this script is part of. Its output `contract` names the program.
#
# It uses nothing newer than bash 3.2, which is the bash of macOS.
set -euo pipefail

# What the caller's workflow sets for its own module must not change how this one is built.
export GOFLAGS='' GOWORK=off

folder=$(mktemp -d "$RUNNER_TEMP/contract.XXXXXX")
cd "$(dirname "$0")/../../.."
go build -buildvcs=false -o "$folder/contract" ./contracttest/cmd/contract
echo "contract=$folder/contract" >>"$GITHUB_OUTPUT"
