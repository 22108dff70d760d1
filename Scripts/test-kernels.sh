#!/usr/bin/env bash
# Compare every kernel table that this machine's CPU can run with the reference loops, bit for bit,
# under the address and undefined-behaviour sanitizers.
# usage: test-kernels.sh [SEED]
set -euo pipefail
cd "$(dirname "$0")/.."

out=.build-kernels/native
mkdir -p "$out"
sources=$(find Sources/CBitNetKernels Tests/KernelsC -name '*.c' | sort)

linker=
if [ "$(uname)" = Linux ]; then linker=-fuse-ld=lld; fi # gold warns about the sanitizer's symbols
clang $linker -std=gnu11 -O1 -g -Wall -Wextra -Werror \
    -fsanitize=address,undefined -fno-sanitize-recover=all \
    -I Sources/CBitNetKernels/include $sources -lm -lpthread -o "$out/kernels-test"
"$out/kernels-test" "" "$@"
