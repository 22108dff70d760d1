#!/usr/bin/env bash
# `swift test`, but a run that found no test fails: a misspelt filter must not look like success.
# usage: swift-test.sh ARGUMENT…
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift test "$@" | tee "$log"
if ! grep -q 'Test run with [1-9]' "$log"; then
    echo "swift test $*: no test ran" >&2
    exit 1
fi
