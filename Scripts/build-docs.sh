#!/usr/bin/env bash
# Compile the documentation of module BitNet, its re-exported modules included; warnings are errors.
# usage: build-docs.sh [OUTPUT_FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."

# tool NAME: where a tool of the toolchain is.
tool() {
    command -v "$1" || xcrun --find "$1"
}

out=${1:-.build-docs/site}
graphs=.build-docs/graphs
rm -rf "$graphs"
mkdir -p "$graphs" "$(dirname "$out")"

swift build -c release --target BitNet
products=$(swift build -c release --show-bin-path)
target=$(swift -print-target-info | sed -n 's/.*"triple" *: *"\([^"]*\)".*/\1/p' | head -1)
sdk=()
if [ "$(uname)" = Darwin ]; then sdk=(-sdk "$(xcrun --show-sdk-path)"); fi

# One graph with all that users see under the name BitNet.
"$(tool swift-symbolgraph-extract)" -module-name BitNet -target "$target" ${sdk[@]+"${sdk[@]}"} \
    -I "$products/Modules" \
    -Xcc "-fmodule-map-file=$products/CBitNetKernels.build/module.modulemap" \
    -Xcc "-fmodule-map-file=$products/CBitNetBundledModel.build/module.modulemap" \
    -minimum-access-level public -skip-synthesized-members -output-dir "$graphs" \
    -experimental-allowed-reexported-modules="$(
        sed -n 's/^@_exported public import //p' Sources/BitNet/Exports.swift | paste -sd, -)"

"$(tool docc)" convert Sources/BitNet/BitNet.docc --warnings-as-errors \
    --fallback-display-name BitNet --fallback-bundle-identifier swift-bitnet \
    --additional-symbol-graph-dir "$graphs" --output-dir "$out"
