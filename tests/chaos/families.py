"""The four families of runs: kills at random times, exact steps, a full disk, parallel processes."""

import ctypes
import os
import time

from run_context import USUAL
from scenario import SCENARIOS

# Longer than the timeout of any process.
FOREVER_MS = 600_000
# The disturbances of a request: carried out and the process killed before the response; lost and
# the process killed; carried out and its response lost.
STEPS = ("carried-out-killed", "lost-killed", "response-lost")


class Rehearsal:
    """Undisturbed calls, to count the requests and the seconds of every command."""

    def __init__(self):
        self.requests = {}
        self.seconds = {}

    def add(self, run, scenario):
        run.what = f"rehearsal of {scenario.name}"
        call = run.call(scenario)
        for index, arguments in enumerate(call.commands()):
            before = run.sandbox.requests(scenario.crm)
            process = run.execute(arguments, {0})
            key = scenario.name, index
            self.requests[key] = run.sandbox.requests(scenario.crm) - before
            self.seconds[key] = process.seconds
        run.settle_to_end()

    def steps(self):
        """Returns every request of every scenario with every disturbance."""
        return [
            (scenario, index, request, step)
            for scenario in SCENARIOS
            for (name, index), count in self.requests.items()
            if name == scenario.name
            for request in range(count)
            for step in STEPS
        ]


def end_of(commands):
    """The index of the command that makes the record due."""
    return len(commands) - 1


def complete(run, call, ended):
    """Completes a disturbed call: with `settle` if its record is pending or sent, then with a repeat of
    its end, as a dialplan would do that has not noticed the kill."""
    last = call.commands()[-1]
    if ended or run.is_pending(call):
        run.settle_to_end()
    run.check_at_most_once(call)
    for _ in range(3):
        if run.execute(last).done:
            break
        time.sleep(0.5)
    else:
        run.problems.append(f"call {call.id}: its end cannot be repeated")
    run.settle_to_end()


def exact_step(run, step):
    """Disturbs one request of one command."""
    scenario, index, request, disturbance = step
    repeats = run.rng.random() < 0.5
    run.what = (
        f"{scenario.name}: request {request + 1} of command {index + 1} is {disturbance}, "
        + ("the command is repeated" if repeats else "the command is not repeated")
    )
    call = run.call(scenario)
    commands = call.commands()
    for arguments in commands[:index]:
        run.execute(arguments, {0})
    if request:
        # A fault without effect is used up by each of the earlier requests.
        run.sandbox.fault(scenario.crm, times=request, delay_ms=0)
    if disturbance == "response-lost":
        run.responses_lost = True
        run.sandbox.fault(scenario.crm, lose="answer")
        run.execute(commands[index])
    else:
        lose = {"lose": "request"} if disturbance == "lost-killed" else {}
        run.sandbox.fault(scenario.crm, delay_ms=FOREVER_MS, **lose)
        wanted = run.sandbox.requests(scenario.crm) + request + 1
        process = run.start(commands[index])
        while process.runs and run.sandbox.requests(scenario.crm) < wanted:
            time.sleep(0.002)
        run.kill(process)
        if not process.killed:
            run.problems.append("the process ended before the request it was to be killed at")
    after_step(run, call, commands, index, repeats)


def after_step(run, call, commands, index, repeats):
    """Continues a call after a disturbed command."""
    rest = commands[index if repeats else index + 1 :]
    ended = False
    for arguments in rest:
        ended = run.execute(arguments).done and arguments is commands[-1]
        run.check_at_most_once(call)
    complete(run, call, ended)


def random_kills(run, rehearsal):
    """Kills processes of a call after random times, also repeated ones."""
    scenario = run.rng.choice(SCENARIOS)
    run.what = f"{scenario.name}: kills at random times"
    call = run.call(scenario)
    commands = call.commands()
    certain = run.rng.randrange(len(commands))
    ended = False
    for index, arguments in enumerate(commands):
        kills = (index == certain) + (run.rng.random() < 0.4)
        usual = rehearsal.seconds[scenario.name, index]
        for _ in range(kills):
            process = run.start(arguments)
            process.wait_at_most(run.rng.random() * 1.2 * usual)
            run.kill(process)
            if run.rng.random() < 0.3:
                run.execute(["settle"])
            run.check_at_most_once(call)
            ended |= process.done and index == end_of(commands)
        if run.rng.random() < (0.5 if kills else 1):
            ended |= run.execute(arguments).done and index == end_of(commands)
    complete(run, call, ended)


class FullDisk:
    """A small file system for the state directory, full on demand. Without the right to mount,
    processes get a file size limit of 0."""

    def __init__(self, directory):
        self.directory = directory
        self.filler = os.path.join(directory, "filler")
        self.full = False
        self.libc = ctypes.CDLL(None, use_errno=True)
        options = b"size=256k,mode=0700"
        self.mounted = self.libc.mount(b"tmpfs", directory.encode(), b"tmpfs", 0, options) == 0

    def close(self):
        if self.mounted:
            self.libc.umount2(self.directory.encode(), 2)

    def fill(self, pages):
        """Leaves this many pages free."""
        self.full = True
        if not self.mounted:
            return
        file = os.open(self.filler, os.O_CREAT | os.O_WRONLY, 0o600)
        size = 0
        try:
            while True:
                size += os.write(file, bytes(4096))
        except OSError:
            os.ftruncate(file, max(0, size - pages * 4096))
        os.close(file)

    def free(self):
        self.full = False
        if self.mounted and os.path.exists(self.filler):
            os.remove(self.filler)

    @property
    def limits_files(self):
        return self.full and not self.mounted


def full_disk(run, disk):
    """Fills the disk completely or nearly while some commands of a call run."""
    scenario = run.rng.choice(SCENARIOS)
    # Without stored state an event may be sent twice; Kontur refuses an event after the end.
    run.may_be_refused = "event.before_the_end"
    how = "a full tmpfs" if disk.mounted else "a limit of file sizes"
    run.what = f"{scenario.name}: {how}"
    call = run.call(scenario)
    commands = call.commands()
    certain = run.rng.randrange(len(commands))
    ended = False
    for index, arguments in enumerate(commands):
        if index == certain or run.rng.random() < 0.4:
            pages = run.rng.choice((0, 0, 0, 1, 2, 3, 4, 6))
            run.what += f"; {pages} pages free for command {index + 1}"
            disk.fill(pages)
        before = run.fingerprint(call)
        process = run.execute(arguments, USUAL | {3} if disk.full else {0}, disk.limits_files)
        if process.error.get("effect") == "not_applied" and run.fingerprint(call) != before:
            run.problems.append(f"sent, and reported as not_applied: {process}")
        if disk.full and index == end_of(commands):
            recorded = any(row.get("recorded") for row in process.rows)
            if process.done and not recorded and not run.is_pending(call):
                run.problems.append(f"neither recorded nor pending: {process}")
        disk.free()
        if not process.done and run.rng.random() < 0.5:
            process = run.execute(arguments)
        ended |= process.done and index == end_of(commands)
    complete(run, call, ended)


def parallel(run):
    """Starts all events of several calls at the same time in any order, with `settle`."""
    scenarios = [run.rng.choice(SCENARIOS) for _ in range(run.rng.randrange(2, 6))]
    run.what = "at once: " + ", ".join(scenario.name for scenario in scenarios)
    commands = [["settle"]] * run.rng.randrange(1, 4)
    for scenario in scenarios:
        commands += run.call(scenario).commands(whole=run.rng.random() < 0.5)
    run.rng.shuffle(commands)
    processes = [run.start(arguments) for arguments in commands]
    for process in processes:
        run.finish(process)
    run.settle_to_end()
