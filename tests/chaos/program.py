"""Processes of `vochi-crm`: started, killed, and their output checked against docs/cli.md."""

import json
import os
import resource
import shlex
import signal
import subprocess
import threading
import time

# The timeout of a command, and how much longer a process may take on a busy machine.
TIMEOUT = 20
GRACE = 10

EXIT_CODES = {
    "usage": 2,
    "config": 3,
    "input": 4,
    "rejected": 5,
    "not_found": 5,
    "auth": 6,
    "unavailable": 7,
    "rate_limited": 7,
    "timeout": 7,
    "decode": 7,
    "unsupported": 9,
    "internal": 70,
}
WORST_FIRST = [70, 3, 6, 8, 7, 5, 9, 4, 0]
DELIVERY_KEYS = {
    "ok", "crm", "profile", "call_id", "phone", "crm_call_id", "recorded", "requests", "warnings",
}


def no_file_grows():
    """Limits this process as a full disk would."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


class Process:
    """One process of the program. Its output is read while it runs."""

    def __init__(self, program, home, arguments, file_limit=False):
        self.arguments = arguments
        self.killed = False
        self.hung = False
        self.output = self.errors = ""
        self.began = time.monotonic()
        self.seconds = None
        self._child = subprocess.Popen(
            [program, "--output", "json", "--timeout", str(TIMEOUT), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=home,
            env={"HOME": home, "PATH": os.environ.get("PATH", "")},
            preexec_fn=no_file_grows if file_limit else None,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        try:
            output, errors = self._child.communicate(timeout=TIMEOUT + GRACE)
        except subprocess.TimeoutExpired:
            self.hung = True
            self._child.kill()
            output, errors = self._child.communicate()
        self.seconds = time.monotonic() - self.began
        self.output = output.decode(errors="replace")
        self.errors = errors.decode(errors="replace")

    def wait(self):
        self._reader.join()
        return self

    def wait_at_most(self, seconds):
        self._reader.join(seconds)

    @property
    def ended(self):
        """When it ended, None while it runs."""
        return None if self.seconds is None else self.began + self.seconds

    @property
    def runs(self):
        return self._reader.is_alive()

    def kill(self):
        """Kills the process, unless it has ended by itself."""
        self._child.send_signal(signal.SIGKILL)
        self._reader.join()
        self.killed = self.code == -signal.SIGKILL

    @property
    def code(self):
        return self._child.returncode

    @property
    def done(self):
        return self.code == 0

    @property
    def rows(self):
        """The lines of the output, as far as they are JSON."""
        rows = []
        for line in self.output.splitlines():
            try:
                rows.append(json.loads(line))
            except ValueError:
                pass
        return rows

    @property
    def error(self):
        """The error object, empty without one."""
        rows = self.rows
        return (rows[-1].get("error") or {}) if rows else {}

    def __str__(self):
        how = "killed" if self.killed else f"exit {self.code}"
        seconds = f"{self.seconds:.2f} s" if self.seconds is not None else "running"
        text = f"{shlex.join(self.arguments)}\n    {how}, {seconds}"
        for name, lines in (("stdout", self.output), ("stderr", self.errors)):
            for line in lines.splitlines()[-12:]:
                text += f"\n    {name}: {line}"
        return text

    def problems(self, allowed, secrets):
        """Returns the errors of the process itself. `allowed` are its exit codes."""
        found = []
        if self.hung:
            found.append(f"it ran longer than its --timeout {TIMEOUT} and {GRACE} s more")
        if any(secret in self.output + self.errors for secret in secrets):
            found.append("it printed a secret")
        if "panicked" in self.errors:
            found.append("it panicked")
        rows = self.rows
        if len(rows) != len(self.output.splitlines()):
            found.append("its output is not whole lines of JSON")
        if self.output and not self.output.endswith("\n"):
            found.append("its last line is not ended")
        if not self.killed and not self.hung:
            found += self._contract(rows, allowed)
        return [f"{problem}: {shlex.join(self.arguments)}" for problem in found]

    def _contract(self, rows, allowed):
        if self.code not in allowed:
            return [f"exit {self.code}, expected one of {sorted(allowed)}"]
        if not rows:
            return ["it printed nothing"]
        if self.arguments[0] == "settle" and "summary" in rows[-1]:
            codes = [exit_code(row["error"]) for row in rows[:-1] if row["error"]]
            wanted = min(codes, key=WORST_FIRST.index, default=0)
            counted = sum(rows[-1][key] for key in ("sent", "pending", "failed"))
            if counted != len(rows) - 1:
                return [f"its summary counts {counted} items, it printed {len(rows) - 1}"]
        elif len(rows) != 1:
            return [f"it printed {len(rows)} lines"]
        elif rows[0].get("ok"):
            wanted = 0
            if not DELIVERY_KEYS <= rows[0].keys():
                return [f"its output misses {sorted(DELIVERY_KEYS - rows[0].keys())}"]
        else:
            wanted = exit_code(rows[0]["error"])
        if self.code != wanted:
            return [f"exit {self.code}, its output means {wanted}"]
        return []


def exit_code(error):
    """The exit code of an error, by docs/cli.md."""
    code = EXIT_CODES.get(error["kind"], 70)
    return 8 if code in (5, 7) and error["effect"] == "maybe" else code
