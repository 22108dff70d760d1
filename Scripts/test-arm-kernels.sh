#!/usr/bin/env bash
# Cross-compile the C kernels and their tests for 64-bit Arm Linux and run them in an emulator: on CPUs
# without and with the dot product and matrix instructions, and with BITNET_ISA choosing a table.
# On an Arm machine they run as they are.
# usage: test-arm-kernels.sh [SEED]
set -euo pipefail
cd "$(dirname "$0")/.."

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
    local missing=()
    command -v qemu-aarch64 >/dev/null || missing+=(qemu-user)
    [ -e /usr/aarch64-linux-gnu/lib/libc.a ] || missing+=(libc6-dev-arm64-cross)
    compgen -G '/usr/lib/gcc-cross/aarch64-linux-gnu/*/libgcc.a' >/dev/null ||
        missing+=(libgcc-12-dev-arm64-cross)
    [ ${#missing[@]} -gt 0 ] || return 0
    retry as_root apt-get update -qq
    retry as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

out=.build-kernels/arm
mkdir -p "$out"
sources=$(find Sources/CBitNetKernels Tests/KernelsC -name '*.c' | sort)

# build FLAG…
build() {
    clang "$@" -std=gnu11 -O2 -g -Wall -Wextra -Werror -I Sources/CBitNetKernels/include \
        $sources -lm -lpthread -o "$out/kernels-test"
}

if [ "$(uname -m)" = aarch64 ] || [ "$(uname -m)" = arm64 ]; then
    build
    "$out/kernels-test" "" "$@"
    exit
fi

install_tools
build --target=aarch64-linux-gnu -fuse-ld=lld -static

# emulate CPU TABLE [SEED]: run on an emulated CPU, whose default table must be TABLE.
emulate() {
    local cpu=$1
    shift
    echo "$cpu: expecting $1"
    qemu-aarch64 -cpu "$cpu" "$out/kernels-test" "$@"
}

emulate cortex-a53 neon "$@"
emulate neoverse-n1 neon-dotprod "$@"
emulate max neon-i8mm "$@"
for table in neon neon-dotprod scalar; do
    BITNET_ISA=$table emulate max "$table" "$@"
done
