#!/usr/bin/env bash
# Test `bitnet serve` with the clients that people use: OpenAI's package, lm-eval, HAProxy, and
# clients that misbehave, and its page in Chromium. Installs pinned packages from PyPI into
# .build-end-to-end, HAProxy and Chromium from Debian when there are none; builds `bitnet` when it
# is missing.
# usage: test-end-to-end.sh [PYTEST OPTION…]     such as -k lm_eval -x
#        test-end-to-end.sh soak [OPTION…]       10,000 requests of good and bad clients
set -euo pipefail
cd "$(dirname "$0")/.."

environment=.build-end-to-end
requirements=Tests/EndToEnd/requirements.txt
export BITNET=${BITNET:-$PWD/.build/release/bitnet}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# retry COMMAND…: up to four attempts, for what goes over the network.
retry() {
    local attempt
    for attempt in 1 2 3; do
        "$@" && return
        sleep $((attempt * 5))
    done
    "$@"
}

install_programs() {
    command -v apt-get >/dev/null || return 0
    local missing=() program
    for program in haproxy chromium; do
        command -v "$program" >/dev/null || missing+=("$program")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    # Not started as a service: the tests start their own.
    retry as_root apt-get update -qq
    retry as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

install_clients() {
    if ! cmp -s "$requirements" "$environment/installed.txt"; then
        python3 -m venv --clear "$environment"
        retry "$environment/bin/pip" install --quiet --disable-pip-version-check \
            -r "$requirements"
        cp "$requirements" "$environment/installed.txt"
    fi
}

install_programs
install_clients
[ -x "$BITNET" ] || swift build -c release --product bitnet
cd Tests/EndToEnd
if [ "${1:-}" = soak ]; then
    shift
    exec "../../$environment/bin/python" soak.py "$@"
fi
exec "../../$environment/bin/python" -m pytest -q -p no:cacheprovider "$@"
