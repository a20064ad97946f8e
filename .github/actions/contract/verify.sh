#!/usr/bin/env bash
# Runs `contract verify`, which annotates the recordings and writes the summary of the job. The variables INPUT_* hold
# the inputs; an empty one passes no flag. This script succeeds whatever the verdict is, so that the reports can be
# uploaded. Its outputs say how the command ended, and where the reports are.
#
# It uses nothing newer than bash 3.2, which is the bash of macOS.
set -euo pipefail

folder=$(mktemp -d "$RUNNER_TEMP/contract.XXXXXX")
reports=$folder/reports
mkdir "$reports"
set -- verify --format github -o "$reports/contract.html" -o "$reports/contract.sarif"

# The = keeps a value that begins with - from being taken for a flag.
[ -z "$INPUT_FAIL_ON" ] || set -- "$@" "--fail-on=$INPUT_FAIL_ON"
[ -z "$INPUT_BASELINE" ] || set -- "$@" "--baseline=$INPUT_BASELINE"
[ -z "$INPUT_SPEC" ] || set -- "$@" "--spec=$INPUT_SPEC"
[ -z "$INPUT_OPERATIONS" ] || set -- "$@" "--operations=$INPUT_OPERATIONS"
[ -z "$INPUT_MIN_COVERAGE" ] || set -- "$@" "--min-coverage=$INPUT_MIN_COVERAGE"

# Words end with their line, and so may hold spaces. A pattern that matches no file stays as it is, and the command
# names it as a file that it cannot open.
IFS=$'\n'
for url in $INPUT_BASE_URL; do
	set -- "$@" "--base-url=$url"
done
for host in $INPUT_HOST; do
	set -- "$@" "--host=$host"
done
for flag in $INPUT_FLAGS; do
	set -- "$@" "$flag"
done
# shellcheck disable=SC2086 # the words are meant to be split, and patterns to be expanded
set -- "$@" -- $INPUT_FILES
unset IFS

status=0
"$CONTRACT" "$@" </dev/null 2>"$folder/stderr" || status=$?

# A message may quote what a file holds. Between these two lines, GitHub takes no line for a command.
token=contract-$RANDOM$RANDOM$RANDOM
printf '::stop-commands::%s\n' "$token"
cat "$folder/stderr"
printf '::%s::\n' "$token"

case $status in
0) verdict=clean ;;
1) verdict=findings ;;
*) verdict=error ;;
esac

# A command that could not run at all has neither annotated nor written a summary.
if [ "$verdict" = error ] && [ ! -s "$GITHUB_STEP_SUMMARY" ]; then
	export LC_ALL=C # what is quoted may be no text of the locale
	printf '::error title=contract verify::'
	awk 'NR <= 20 { gsub(/\r/, ""); $0 = substr($0, 1, 500); gsub(/%/, "%25"); printf "%s%s", end, $0; end = "%0A" }
		END { print "" }' "$folder/stderr"
	{
		printf '### Contract of /v2/images\n\nThe command ended with exit code %s:\n\n' "$status"
		awk 'NR <= 20 { print "    " substr($0, 1, 500) }' "$folder/stderr"
	} >>"$GITHUB_STEP_SUMMARY"
fi
{
	printf 'verdict=%s\n' "$verdict"
	printf 'exit-code=%s\n' "$status"
	printf 'reports=%s\n' "$reports"
	[ ! -e "$reports/contract.sarif" ] || printf 'sarif=%s\n' "$reports/contract.sarif"
} >>"$GITHUB_OUTPUT"
