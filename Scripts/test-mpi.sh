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

# train RANKS FOLDER OPTION…: twelve steps of a tiny model, the same batches for any number of ranks.
train() {
    local count=$1 folder=$2
    shift 2
    start "$count" "$products/bitnet" train pretrain "$scratch/data" -o "$scratch/$folder" \
        --depth 1 --hidden 64 --heads 2 --kv-heads 1 --head-dim 32 --feed-forward 128 \
        --length 32 --batch 8 --steps 12 --checkpoint-every 4 --eval-every 6 -t 1 "$@" 2>&1 |
        grep -v '^$' | tail -1
}

# losses FOLDER: those of all steps and measurements, a line each.
losses() {
    sed -nE 's/.*"(loss|held_out_loss)":([0-9.e-]+).*/\2/p' "$scratch/$1/log.jsonl"
}

# near TOLERANCE FOLDER FOLDER: as many losses, none farther apart.
near() {
    paste <(losses "$2") <(losses "$3") | awk -v most="$1" -v names="$2 and $3" '
        { d = $1 - $2; if (d < 0) d = -d; if (d > largest) largest = d; rows += NF == 2 }
        END {
            printf "%s: %d losses, at most %.1e apart (limit %s)\n", names, rows, largest, most
            exit !(rows == 14 && rows == NR && largest <= most)
        }'
}

# The same global batches on 1, 2 and 4 ranks. In full precision the losses are smooth; a ternary
# model rounds to other codes where a value lies on a half, which shows behind the first steps.
training() {
    "$products/bitnet" train prepare Tests/Fixtures/kjv/held-out.txt --delimiter '\n\n' \
        --vocab-size 400 -o "$scratch/data" >/dev/null
    local precision limit count
    for precision in full:1e-5 ternary:2e-2; do
        limit=${precision#*:}
        precision=${precision%:*}
        for count in 1 2 4; do
            train "$count" "$precision-$count" --precision "$precision" >/dev/null
        done
        near "$limit" "$precision-1" "$precision-2"
        near "$limit" "$precision-1" "$precision-4"
    done
}

# A run of two ranks that lost its last steps ends with the same model.
resumption() {
    cp -r "$scratch/ternary-2" "$scratch/resumed"
    rm "$scratch/resumed/checkpoint-00000012.safetensors" "$scratch/resumed/model.safetensors"
    start 2 "$products/bitnet" train pretrain "$scratch/data" -o "$scratch/resumed" --resume -t 1 \
        --checkpoint-every 4 --eval-every 6 2>/dev/null
    cmp "$scratch/ternary-2/model.safetensors" "$scratch/resumed/model.safetensors"
    near 0 ternary-2 resumed
    fails 'cannot be shared equally by 2 processes' 2 "$products/bitnet" train pretrain \
        "$scratch/data" -o "$scratch/odd" --depth 1 --length 32 --batch 3 --steps 1
}

install_tools
is_open_mpi || export BITNET_MPI="${BITNET_MPI:-mpich}"
build BitNetMPICheck
sums
failures
build bitnet
training
resumption
