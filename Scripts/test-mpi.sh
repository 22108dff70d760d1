#!/usr/bin/env bash
# Build with the package trait MPI and test training in several processes on this machine.
# Installs Debian's Open MPI when there is no mpirun.
# usage: test-mpi.sh [RANKS]
set -euo pipefail
cd "$(dirname "$0")/.."

ranks=${1:-2}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
products=.build-mpi/release

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

install_tools() {
    command -v apt-get >/dev/null || return 0
    local missing=()
    command -v mpirun >/dev/null || missing+=(libopenmpi-dev openmpi-bin)
    command -v pkg-config >/dev/null || missing+=(pkg-config)
    [ ${#missing[@]} -gt 0 ] || return 0
    retry as_root apt-get update -qq
    retry as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

is_open_mpi() {
    mpirun --version | grep -q 'Open MPI'
}

# build PRODUCT
build() {
    BITNET_MPI_CHECK=1 swift build -c release --traits MPI --scratch-path .build-mpi \
        --explicit-target-dependency-import-check error -Xswiftc -warnings-as-errors \
        -Xcc -Werror -Xcc -Wall -Xcc -Wextra --product "$1"
}

# start RANKS COMMAND…: run it in that many processes, at most two minutes.
start() {
    local options=()
    if is_open_mpi; then
        options=(--oversubscribe --bind-to none)
        if [ "$(id -u)" -eq 0 ]; then options+=(--allow-run-as-root); fi
    fi
    timeout 120 mpirun ${options[@]+"${options[@]}"} -n "$@"
}

# fails MESSAGE RANKS COMMAND…: it must end by itself, with an error and with MESSAGE.
fails() {
    local message=$1 status=0
    shift
    start "$@" >"$scratch/output" 2>&1 || status=$?
    if [ "$status" -eq 0 ] || [ "$status" -eq 124 ] || ! grep -q "$message" "$scratch/output"; then
        cat "$scratch/output"
        echo "mpirun -n $*: exit status $status, expected a failure with: $message"
        return 1
    fi
    echo "stopped as expected: $message"
}

# Sums equal those computed in rank order, in every process and in every run.
sums() {
    start "$ranks" "$products/BitNetMPICheck" sums | sort >"$scratch/sums"
    start "$ranks" "$products/BitNetMPICheck" sums | sort >"$scratch/sums-again"
    cat "$scratch/sums"
    cmp "$scratch/sums" "$scratch/sums-again"
    if [ "$(cut -d: -f2 "$scratch/sums" | uniq -c | awk '{print $1}')" != "$ranks" ]; then
        echo "The $ranks processes did not print one digest."
        return 1
    fi
}

failures() {
    fails "error: process 1 of $ranks: given up" "$ranks" "$products/BitNetMPICheck" failure
    fails 'out of step: one sums doubles (10), another sums doubles' \
        "$ranks" "$products/BitNetMPICheck" steps
}

install_tools
is_open_mpi || export BITNET_MPI="${BITNET_MPI:-mpich}"
build BitNetMPICheck
sums
failures
# Training runs (bitnet train …) on 1, 2 and 4 ranks go here: build bitnet, then start N ….
