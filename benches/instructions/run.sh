#!/usr/bin/env bash
# Counts the instructions of operations without network and compares them with figures.tsv.
# Usage: benches/instructions/run.sh [--write]     Needs valgrind.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."
figures=benches/instructions/figures.tsv
tolerance=10

write=no
case "${1-}" in
    --write) write=yes ;;
    '') ;;
    *) sed -n '2,3s/^# //p' "$0" >&2; exit 2 ;;
esac
command -v valgrind >/dev/null || { echo "instructions: install valgrind" >&2; exit 2; }

binary=$(cargo build -q --locked --release -p vochi-crm-instructions --message-format=json |
    sed -n 's/.*"name":"vochi-crm-instructions".*"executable":"\([^"]*\)".*/\1/p')

# Instructions of a run that repeats operation $1 $2 times.
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$binary" "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# Instructions of one operation, without start-up and warm-up.
each() {
    local few=20 many=$2 short long
    short=$(count "$1" "$few")
    long=$(count "$1" "$((few + many))")
    if [ -z "$short" ] || [ -z "$long" ]; then
        echo "instructions: missing instruction count for $1 in the output of valgrind" >&2
        return 1
    fi
    echo $(((long - short) / many))
}

declare -A times=([call_event]=500 [manager]=500 [calls_upload_50]=50 [bitrix24_register]=500 [bitrix24_batch_50]=50 [phone_international]=1000 [phone_national]=1000)
declare -A counted
for name in "${!times[@]}"; do
    counted[$name]=$(each "$name" "${times[$name]}")
done
names=$(printf '%s\n' "${!counted[@]}" | sort)

if [ "$write" = yes ]; then
    {
        printf '# operation\tinstructions\ttolerance_percent\n'
        for name in $names; do
            kept=$(awk -F'\t' -v name="$name" '$1 == name { print $3 }' "$figures" 2>/dev/null || true)
            printf '%s\t%s\t%s\n' "$name" "${counted[$name]}" "${kept:-$tolerance}"
        done
    } >"$figures.new"
    mv "$figures.new" "$figures"
    cat "$figures"
    exit
fi

status=0
for name in $names; do
    read -r known percent < <(awk -F'\t' -v name="$name" '$1 == name { print $2, $3 }' "$figures") || {
        echo "instructions: $name: missing in $figures" >&2
        status=1
        continue
    }
    now=${counted[$name]}
    most=$((known + known * percent / 100))
    change=$(awk -v now="$now" -v known="$known" 'BEGIN { printf "%+.1f", (now / known - 1) * 100 }')
    if [ "$now" -gt "$most" ]; then
        verdict="OVER the bound of $most"
        status=1
    else
        verdict="within the bound of $most"
    fi
    echo "instructions: $name $now, $change % relative to $known, $verdict"
done
if [ "$status" -ne 0 ]; then
    echo "instructions: if the growth is intended, update the figures: benches/instructions/run.sh --write" >&2
fi
exit "$status"
