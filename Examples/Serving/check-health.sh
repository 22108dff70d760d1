#!/usr/bin/env bash
# Succeeds when a server answers /health with 200; needs nothing but bash.
# usage: check-health.sh HOST PORT
set -euo pipefail

exec 3<>"/dev/tcp/$1/$2"
printf 'GET /health HTTP/1.0\r\nHost: %s\r\n\r\n' "$1" >&3
read -r -t 3 _ status _ <&3
[ "$status" = 200 ]
