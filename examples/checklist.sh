#!/usr/bin/env bash
# The operator's checklist, against the sandbox: is this program fit to be put behind a PBX?
#
# It checks an account, shows and closes popups, writes a whole day of calls into the history, and
# compares every call that arrived there with the list. It needs bash and python3, no network.
#
#   examples/checklist.sh                                  # builds what it needs
#   VOCHI_CRM=/usr/bin/vochi-crm examples/checklist.sh     # an installed program

set -euo pipefail
cd "$(dirname "$0")/.."

read -r -a vochi_crm <<<"${VOCHI_CRM:-cargo run -q --}"
day=fixtures/calls/day.csv
work=$(mktemp -d)
sandbox=

fail() {
    echo "checklist: FAILED: $*" >&2
    exit 1
}

clean_up() {
    if [[ -n $sandbox ]]; then
        kill "$sandbox" 2>/dev/null || true
        wait "$sandbox" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap clean_up EXIT

# Settings of whoever runs this would get in the way.
unset "${!VOCHI_CRM_@}"
export VOCHI_CRM_STATE_DIR=$work/state

# Runs one command; its JSON goes to $work/answer.
run() {
    if ! "${vochi_crm[@]}" --config "$work/vochi-crm.toml" --output json "$@" >"$work/answer"; then
        cat "$work/answer" >&2
        fail "vochi-crm $*"
    fi
}

"${vochi_crm[@]}" --output json sandbox --write-config "$work/vochi-crm.toml" >"$work/sandbox" &
sandbox=$!
until [[ -s $work/sandbox ]]; do
    kill -0 "$sandbox" 2>/dev/null || fail "the sandbox does not start"
    sleep 0.05
done
page=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["page"])' <"$work/sandbox")

run health --all --phone +375446370646
run users
run lookup +375446370646

run call-event in --call-id check.1 --phone +375446370646 --ext 151 --ext 152 --line 0001363
run call-event hangup --call-id check.1 --outcome answered --talk-seconds 64
run call-event out --call-id check.2 --phone 375291256636 --ext 158 --line 0001365
run call-event hangup --call-id check.2 --outcome no-answer

while IFS=, read -r id direction phone ext line started_at outcome talk wait record_url; do
    call=(--call-id "$id" --direction "$direction" --phone "$phone" --ext "$ext" --line "$line")
    call+=(--started-at "$started_at" --outcome "$outcome")
    call+=(--talk-seconds "$talk" --wait-seconds "$wait")
    if [[ -n $record_url ]]; then
        call+=(--record-url "$record_url")
    fi
    run call-log "${call[@]}"
    # Each command is a process of its own and knows nothing of the others' share of the CRM's
    # 40 requests a second.
    sleep 0.03
done < <(tail -n +2 "$day")

python3 - "$page" "$day" <<'PYTHON' || fail "the CRM does not hold what happened"
import csv
import json
import sys
import urllib.request

page, day = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with opener.open(page.rstrip("/") + "/state", timeout=10) as answer:
    crm = json.load(answer)["retailcrm"]
with open(day, newline="") as file:
    rows = list(csv.DictReader(file))

wrong = []
if len(rows) != 37:
    wrong.append(f"{day} holds {len(rows)} calls, not 37")
if len(crm["calls"]) != len(rows):
    wrong.append(f"the history holds {len(crm['calls'])} calls instead of {len(rows)}")
for row in rows:
    held = [call for call in crm["calls"] if call["call_id"] == row["call_id"]]
    if len(held) != 1:
        wrong.append(f"call {row['call_id']} stands there {len(held)} times")
        continue
    expected = {
        "direction": row["direction"],
        "extension": row["ext"],
        "outcome": row["outcome"],
        "talk_seconds": int(row["talk_seconds"]),
        "wait_seconds": int(row["wait_seconds"]),
        "recording": row["record_url"] or None,
    }
    for key, value in expected.items():
        if held[0][key] != value:
            wrong.append(f"call {row['call_id']}: {key} is {held[0][key]!r} instead of {value!r}")
events = [event["type"] for event in reversed(crm["live"])]
if events != ["in", "hangup", "out", "hangup"]:
    wrong.append(f"the live events were {events}")
# Too many requests in a second are refused and sent again; nothing else may be refused.
wrong += [f"refused: {one['why']}" for one in crm["refused"] if one["status"] != 503]

for line in wrong:
    print(line, file=sys.stderr)
if wrong:
    sys.exit(1)
talk = sum(int(row["talk_seconds"]) for row in rows)
print(f"checklist: ok: {len(rows)} calls, {talk} s of talk, {len(events)} live events")
PYTHON
