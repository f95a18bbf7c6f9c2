"""The stand-ins of the CRMs: one `vochi-crm sandbox` process and requests to its ports."""

import json
import subprocess
import urllib.error
import urllib.request

# The profiles of the runs, by name: the stand-in and additional settings.
PROFILES = {
    "shop": ("retailcrm", {}),
    "tasks": (
        "retailcrm",
        {"missed_task": True, "missed_user": "18", "unknown_caller": "client"},
    ),
    "kontur": ("kontur", {}),
}


class Sandbox:
    """A running sandbox. Close it with `close`."""

    def __init__(self, program, directory):
        self.process = subprocess.Popen(
            [program, "--output", "json", "sandbox", "--bind", "127.0.0.1:0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            cwd=directory,
            env={"HOME": directory},
            text=True,
        )
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("cannot start the sandbox")
        started = json.loads(line)
        self.page = started["page"].rstrip("/")
        self.profiles = started["profiles"]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def secrets(self):
        """Texts that no process may print."""
        return [self.profiles[crm]["api_key"] for crm in ("retailcrm", "kontur")]

    def config(self, state_dir):
        """A configuration file with all profiles, as TOML."""
        lines = [f"state_dir = {json.dumps(state_dir)}", 'default_profile = "shop"']
        for name, (crm, added) in PROFILES.items():
            lines.append(f"[profile.{name}]")
            for key, value in {**self.profiles[crm], **added}.items():
                lines.append(f"{key} = {toml(value)}")
        return "\n".join(lines) + "\n"

    def state(self, crm):
        return self._request("/state")[crm]

    def requests(self, crm):
        """How many requests a CRM received since the last reset."""
        return self.state(crm)["requests"]

    def fault(self, crm, **fault):
        self._request("/faults", {"crm": crm, **fault})

    def reset(self):
        self._request("/reset", {})

    def tasks(self, phone):
        """The tasks of RetailCRM about a phone number."""
        profile = self.profiles["retailcrm"]
        request = urllib.request.Request(
            profile["url"].rstrip("/") + "/api/v5/tasks?limit=100",
            headers={"X-API-KEY": profile["api_key"]},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            tasks = json.load(response)["tasks"]
        return [task for task in tasks if phone.lstrip("+") in json.dumps(task)]

    def _request(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.page + path, data=data)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.read().decode()}") from error


def toml(value):
    """A value as TOML: JSON, except for tables."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
