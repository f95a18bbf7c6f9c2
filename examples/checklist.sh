#!/usr/bin/env bash
# Acceptance test of an installed program against the sandbox, before it goes behind a PBX.
#
# Checks the accounts of every CRM, shows and closes popups, logs a day of calls in each CRM, and
# compares the stored calls with the list. Needs bash and python3, no network.
#
#   examples/checklist.sh                                  # builds the program
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

# The user's own settings must not apply.
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
    kill -0 "$sandbox" 2>/dev/null || fail "cannot start the sandbox"
    sleep 0.05
done
page=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["page"])' <"$work/sandbox")

run health --all --phone +375446370646

# Sends two live calls, as a dialplan would; $1 is the profile.
live_calls() {
    run --profile "$1" users
    run --profile "$1" lookup +375446370646
    run --profile "$1" call-event in --call-id check.1 --phone +375446370646 --ext 151 --ext 152 --line 0001363
    run --profile "$1" call-event answered --call-id check.1 --ext 151
    run --profile "$1" call-event hangup --call-id check.1 --outcome answered --talk-seconds 64
    run --profile "$1" call-event out --call-id check.2 --phone 375291256636 --ext 158 --line 0001365
    run --profile "$1" call-event hangup --call-id check.2 --outcome no-answer
}

live_calls retailcrm
live_calls kontur

while IFS=, read -r id direction phone ext line started_at outcome talk wait record_url; do
    call=(--call-id "$id" --direction "$direction" --phone "$phone" --ext "$ext" --line "$line")
    call+=(--started-at "$started_at" --outcome "$outcome")
    call+=(--talk-seconds "$talk" --wait-seconds "$wait")
    if [[ -n $record_url ]]; then
        call+=(--record-url "$record_url")
    fi
    run --profile retailcrm call-log "${call[@]}"
    run --profile kontur call-log "${call[@]}"
    # Stays below the CRM's 40 requests a second.
    sleep 0.03
done < <(tail -n +2 "$day")
# Repeat the last call, which must change nothing.
run --profile retailcrm call-log "${call[@]}"
run --profile kontur call-log "${call[@]}"

python3 - "$page" "$day" <<'PYTHON' || fail "a CRM's history is wrong"
import csv
import json
import sys
import urllib.request

page, day = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with opener.open(page.rstrip("/") + "/state", timeout=10) as response:
    state = json.load(response)
with open(day, newline="") as file:
    rows = list(csv.DictReader(file))

wrong = []
if len(rows) != 37:
    wrong.append(f"{day} holds {len(rows)} calls, not 37")


def compare(name, held, recordings, outcomes):
    """Compares a CRM's calls with the list; `outcomes` maps those the CRM does not have."""
    if len(held) != len(rows):
        wrong.append(f"{name}: the history holds {len(held)} calls instead of {len(rows)}")
    for row in rows:
        found = [call for call in held if call["call_id"] == row["call_id"]]
        if len(found) != 1:
            wrong.append(f"{name}: call {row['call_id']} is stored {len(found)} times")
            continue
        expected = {
            "direction": row["direction"],
            "extension": row["ext"],
            "outcome": outcomes.get(row["outcome"], row["outcome"]),
            "talk_seconds": int(row["talk_seconds"]),
            "wait_seconds": int(row["wait_seconds"]),
            "recording": row["record_url"] or None if recordings else None,
        }
        for key, value in expected.items():
            if found[0][key] != value:
                wrong.append(
                    f"{name}: call {row['call_id']}: {key} is {found[0][key]!r} instead of {value!r}"
                )


compare("retailcrm", state["retailcrm"]["calls"], True, {})
# Kontur takes recordings only as files, and stores only whether a call was answered.
kontur = state["kontur"]
compare("kontur", kontur["calls"], False, {"busy": "no-answer", "failed": "no-answer"})
legs = {"check.1": [], "check.2": []}
for event in reversed(kontur["live"]):
    legs.setdefault(event["call_id"], []).append(event["type"])
ring, talk, end = "appeared", "connected", "disconnected"
if legs != {"check.1": [ring, ring, talk, end, end], "check.2": [ring, end]}:
    wrong.append(f"kontur: the legs of live calls were {legs}")
events = [event["type"] for event in reversed(state["retailcrm"]["live"])]
if events != ["in", "hangup", "out", "hangup"]:
    wrong.append(f"retailcrm: the live events were {events}")
# Requests over the limit are refused and retried; no other request may be refused.
for name in ("retailcrm", "kontur"):
    refused = [one for one in state[name]["refused"] if one["status"] not in (429, 503)]
    wrong += [f"{name}: refused: {one['why']}" for one in refused]

for line in wrong:
    print(line, file=sys.stderr)
if wrong:
    sys.exit(1)
talk = sum(int(row["talk_seconds"]) for row in rows)
print(
    f"checklist: ok: {len(rows)} calls, {talk} s of talk, {len(events)} live events in RetailCRM, "
    f"{len(kontur['calls'])} calls, {len(legs)} live calls in Kontur"
)
PYTHON
