"""One run: its directory, its processes, its problems, and the checks of the end state."""

import os
import shutil
import tempfile
import time

import program
from scenario import Call

# A request sent right before a kill may still be on its way to the stand-in.
IN_FLIGHT = 0.03
# Success, a temporary failure, an unknown outcome.
USUAL = {0, 7, 8}


class Run:
    """One run against a sandbox in its first state."""

    def __init__(self, binary, sandbox, number, rng):
        self.binary = binary
        self.sandbox = sandbox
        self.number = number
        self.rng = rng
        self.home = tempfile.mkdtemp(prefix="vochi-crm-chaos-")
        self.state_dir = os.path.join(self.home, "state")
        self.processes = []
        self.problems = []
        self.calls = []
        self.what = ""
        # A lost response may cause a second popup, never a second hangup.
        self.responses_lost = False
        # The check of a stand-in that may refuse a request in this run.
        self.may_be_refused = None
        os.mkdir(self.state_dir, 0o700)
        config = os.path.join(self.home, "vochi-crm.toml")
        with open(os.open(config, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(sandbox.config(self.state_dir))
        sandbox.reset()

    def close(self):
        for process in self.processes:
            if process.runs:
                process.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def call(self, scenario):
        call = Call(scenario, self.rng, f"{self.number}-{len(self.calls)}", self.home)
        self.calls.append(call)
        return call

    def start(self, arguments, file_limit=False):
        process = program.Process(self.binary, self.home, arguments, file_limit)
        self.processes.append(process)
        return process

    def finish(self, process, allowed=USUAL):
        """Waits for a process and checks its output."""
        process.wait()
        if self.begins_too_late(process):
            allowed = allowed | {4}
        self.problems += process.problems(allowed, self.sandbox.secrets())
        return process

    def begins_too_late(self, process):
        """Returns true if a call-event was refused because the start of its call is missing, which
        Kontur requires. The event is stored nevertheless."""
        kind, profile = process.arguments[1:2], process.arguments[3:4]
        if profile != ["kontur"] or kind in (["in"], ["out"]):
            return False
        call = process.arguments[5]
        known = any(
            ring.arguments[1] in ("in", "out") and ring.arguments[5] == call and ring.done
            and ring.ended <= process.began
            for ring in self.processes
            if ring.arguments[0] == "call-event" and ring.ended is not None
        )
        return not known and process.error.get("effect") == "not_applied"

    def execute(self, arguments, allowed=USUAL, file_limit=False):
        return self.finish(self.start(arguments, file_limit), allowed)

    def kill(self, process):
        """Kills a process and checks what it printed before."""
        process.kill()
        self.finish(process)
        time.sleep(IN_FLIGHT)

    def is_pending(self, call):
        """Returns true if the work of a call is stored as pending."""
        directory = os.path.join(self.state_dir, call.scenario.profile, ".pending")
        names = os.listdir(directory) if os.path.isdir(directory) else []
        return any(call.id in name and name.endswith(".json") for name in names)

    def rows(self, call):
        """The rows of a call in the history, and its live rows from first to last."""
        state = self.sandbox.state(call.scenario.crm)
        of_call = [
            [row for row in state[key] or [] if row["call_id"] == call.id]
            for key in ("calls", "live")
        ]
        return of_call[0], of_call[1][::-1]

    def fingerprint(self, call):
        """Returns the data of a call that any request about it would change."""
        return self.rows(call), len(self.tasks(call))

    def tasks(self, call):
        return self.sandbox.tasks(call.phone) if call.scenario.has_task else []

    def settle(self):
        """Runs `settle` until nothing is pending any more. Returns its last items."""
        for pause in (0, 0.5, 1, 2, 4):
            time.sleep(pause)
            rows = self.execute(["settle"]).rows
            if not rows or not rows[-1].get("pending"):
                break
        return rows[:-1]

    def settle_to_end(self):
        """Settles, and checks the stored data of every call."""
        items = self.settle()
        for call in self.calls:
            own = [item for item in items if item["call_id"] == call.id]
            self.check_in_history(call)
            self.check_live(call)
            self.check_follow_ups(call, own)
            for item in own:
                maybe = (item["error"] or {}).get("effect") == "maybe"
                if not item["ok"] and not (item["kind"] == "follow_up" and maybe):
                    self.problems.append(f"call {call.id}: {item['kind']} cannot be settled")
                elif item["ok"] and item["error"] is None and self.is_pending(call):
                    self.problems.append(f"call {call.id}: {item['kind']} stays pending")
        for crm in ("retailcrm", "kontur"):
            for refused in self.sandbox.state(crm)["refused"]:
                limit = refused["status"] in (429, 503)
                expected = self.may_be_refused and self.may_be_refused in refused["why"]
                # A missing file shows that it was attached.
                look = refused["method"] == "GET" and refused["why"].startswith("file.known")
                if not limit and not expected and not look:
                    self.problems.append(f"{crm} refused a request: {refused}")

    def check_at_most_once(self, call):
        history, _ = self.rows(call)
        if len(history) > 1:
            self.problems.append(f"call {call.id} is {len(history)} times in the history")
        self.check_live(call)

    def check_in_history(self, call):
        history, _ = self.rows(call)
        if len(history) != 1:
            self.problems.append(f"call {call.id} is {len(history)} times in the history")
        for row in history:
            self.problems += call.problems_of_row(row)

    def check_live(self, call):
        """Checks that no live event was sent twice, and none after the end."""
        _, live = self.rows(call)
        kinds = [row["type"] for row in live]
        if kinds.count("hangup") > 1:
            self.problems.append(f"call {call.id}: {kinds.count('hangup')} hangup events")
        if "hangup" in kinds[:-1]:
            self.problems.append(f"call {call.id}: an event after the hangup: {kinds}")
        if not self.responses_lost:
            for kind in set(kinds):
                if kinds.count(kind) > 1 and kind != "hangup":
                    self.problems.append(f"call {call.id}: event {kind} was sent twice")

    def lost_follow_ups(self, call):
        """Returns true if a process reported on a full disk that follow-ups of a call are not made."""
        rows = (row for process in self.processes for row in process.rows)
        return any(
            row.get("call_id") == call.id and "its follow-ups are not run" in warning
            for row in rows
            for warning in row.get("warnings", [])
        )

    def check_follow_ups(self, call, items):
        """Checks that a task and a customer exist once, or their absence is reported."""
        lost = self.lost_follow_ups(call)
        if call.scenario.has_task:
            tasks = len(self.tasks(call))
            reported = lost or any(
                item["kind"] == "follow_up" and (item["error"] or {}).get("effect") == "maybe"
                for item in items
            )
            if tasks > 1 or (tasks == 0 and not reported):
                self.problems.append(f"call {call.id}: {tasks} tasks, reported: {reported}")
        if call.scenario.has_customer:
            digits = call.phone.lstrip("+")
            customers = [
                customer
                for customer in self.sandbox.state("retailcrm")["customers"]
                if any(digits == phone.lstrip("+") for phone in customer["phones"])
            ]
            if len(customers) > 1 or (not customers and not lost):
                self.problems.append(f"call {call.id}: {len(customers)} customers {call.phone}")

    def report(self):
        """Returns all data needed to analyse a failed run."""
        lines = [f"run {self.number}: {self.what}", "problems:"]
        lines += [f"  {problem}" for problem in self.problems]
        lines.append("commands, in the order they began:")
        lines += [f"  {process}" for process in self.processes]
        lines.append("state of the stand-ins:")
        for call in self.calls:
            history, live = self.rows(call)
            lines.append(f"  call {call.id} ({call.scenario.name}, {call.phone})")
            lines += [f"    history: {row}" for row in history]
            lines += [f"    live: {row}" for row in live]
            lines += [f"    task: {task}" for task in self.tasks(call)]
        for crm in sorted({call.scenario.crm for call in self.calls}):
            state = self.sandbox.state(crm)
            lines.append(f"  {crm}: {state['requests']} requests, refused: {state['refused']}")
        lines.append("files of the state directory:")
        for directory, _, names in sorted(os.walk(self.state_dir)):
            for name in sorted(names):
                path = os.path.join(directory, name)
                with open(path, errors="replace") as file:
                    text = file.read(4000)
                lines.append(f"  {os.path.relpath(path, self.state_dir)}: {text}")
        return "\n".join(lines)
