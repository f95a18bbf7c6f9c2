#!/usr/bin/env bash
# Measures how long the command line takes to parse one number: at the median of interleaved runs,
# `phone` may take at most three times `--version` plus 15 ms.
# Usage: benches/phone_start.sh [path of the vochi-crm binary, built for release] [runs]
set -euo pipefail
export LC_ALL=C
binary=${1:-${CARGO_TARGET_DIR:-target}/release/vochi-crm}
runs=${2:-41}
[ -x "$binary" ] || {
    echo "phone_start: missing $binary; run: cargo build --release -p vochi-crm-cli" >&2
    exit 2
}

# Microseconds of one run.
took() {
    local begin=${EPOCHREALTIME/./} end
    "$binary" "$@" >/dev/null
    end=${EPOCHREALTIME/./}
    echo $((end - begin))
}

times=$(mktemp -d)
trap 'rm -r "$times"' EXIT
for ((run = 0; run <= runs; run++)); do
    if ((run % 2)); then
        version=$(took --version) phone=$(took phone +375291112233)
    else
        phone=$(took phone +375291112233) version=$(took --version)
    fi
    # The first run of each reads the file from disk.
    if ((run)); then
        echo "$version" >>"$times/version"
        echo "$phone" >>"$times/phone"
    fi
done

# Median, least and greatest of a file of figures.
spread() {
    sort -n "$1" | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)], all[1], all[NR] }'
}
read -r version version_min version_max < <(spread "$times/version")
read -r phone phone_min phone_max < <(spread "$times/phone")
most=$((version * 3 + 15000))
verdict=within
((phone <= most)) || verdict=OVER
awk -v verdict="$verdict" -v runs="$runs" -v most="$most" \
    -v p="$phone" -v p0="$phone_min" -v p1="$phone_max" \
    -v v="$version" -v v0="$version_min" -v v1="$version_max" 'BEGIN {
    printf "phone_start: phone %.1f ms (%.1f to %.1f), --version %.1f ms (%.1f to %.1f) over %d runs, %s the bound of %.1f ms\n",
        p / 1e3, p0 / 1e3, p1 / 1e3, v / 1e3, v0 / 1e3, v1 / 1e3, runs, verdict, most / 1e3
}'
[ "$verdict" = within ]
