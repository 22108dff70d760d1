#!/usr/bin/env bash
# Puts the program, Swift's libraries that it needs, and the health check into one folder, which
# then runs on any system with the C library: the program looks for libraries beside itself.
# usage: collect-runtime.sh PROGRAM FOLDER
set -euo pipefail

program=$1 folder=$2
mkdir -p "$folder"
cp "$program" "$(dirname "$0")/check-health.sh" "$folder"
ldd "$program" | awk '$3 ~ /swift\/linux/ {print $3}' | while read -r library; do
    cp -L "$library" "$folder"
done
