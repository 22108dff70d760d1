#!/usr/bin/env bash
# Trains the bundled model anew: the text, the data, the run, the GGUF file, its perplexity and its
# curve. Takes 10 minutes on two idle cores. The same machine gives the same bits; on others only
# the initial weights may differ in a last bit (their system's logarithm).
#
# usage: Scripts/train-bundled-model.sh [FOLDER]      (default: .build-kjv)
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-.build-kjv}
bitnet=.build/release/bitnet

command -v bible >/dev/null || {
    echo "The text comes from Debian's bible-kjv: apt-get install bible-kjv bible-kjv-text" >&2
    exit 1
}
swift build -c release --product bitnet
Scripts/kjv-text.py "$folder/text"
"$bitnet" train prepare "$folder/text/train.txt" --held-out-file "$folder/text/held-out.txt" \
    --delimiter '\n\n' --vocab-size 2048 -o "$folder/data" --force
"$bitnet" train pretrain "$folder/data" -o "$folder/run" --config Scripts/bundled-model.toml --force
"$bitnet" train plot "$folder/run/log.jsonl" -o "$folder/curve.svg" --title "The bundled model"
"$bitnet" convert "$folder/run" "$folder/kjv-tiny.gguf" \
    --type i2_s --embedding-type bf16 --name kjv-tiny --force
"$bitnet" perplexity -m "$folder/kjv-tiny.gguf" -f Tests/Fixtures/kjv/held-out.txt \
    -c 160 --protocol consecutive
echo "To bundle it: cp $folder/kjv-tiny.gguf Sources/CBitNetBundledModel/"
