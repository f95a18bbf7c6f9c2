"""Calls: the commands of a dialplan, and the expected history."""

import datetime

from stand_in import PROFILES

EXTENSION = "151"


class Scenario:
    """A kind of call. `recording` is `url`, `file` or None."""

    def __init__(self, name, profile, direction, answered, recording=None):
        self.name = name
        self.profile = profile
        self.crm = PROFILES[profile][0]
        self.direction = direction
        self.answered = answered
        self.recording = recording

    @property
    def outcome(self):
        if self.answered:
            return "answered"
        return "missed" if self.direction == "in" else "no-answer"

    @property
    def has_task(self):
        return self.profile == "tasks" and self.outcome == "missed"

    @property
    def has_customer(self):
        return self.profile == "tasks"


SCENARIOS = [
    Scenario("retailcrm-answered", "shop", "in", True, "url"),
    Scenario("retailcrm-missed-task", "tasks", "in", False),
    Scenario("retailcrm-outgoing", "shop", "out", True),
    Scenario("kontur-answered", "kontur", "in", True),
    Scenario("kontur-file", "kontur", "out", True, "file"),
    Scenario("kontur-missed", "kontur", "in", False),
]


class Call:
    """One call of a scenario."""

    def __init__(self, scenario, rng, number, home):
        self.scenario = scenario
        self.id = f"chaos-{number}.{rng.randrange(10**6)}"
        self.phone = f"+37529{rng.randrange(1, 10)}{rng.randrange(10**6):06}"
        self.talk = rng.randrange(2, 40) if scenario.answered else 0
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self.began = now - datetime.timedelta(seconds=60)
        self.url = f"https://pbx.example.test/rec/{self.id}.mp3"
        self.file = f"{home}/{self.id}.mp3"
        if scenario.recording == "file":
            with open(self.file, "wb") as file:
                file.write(b"ID3" + bytes(2000))

    def _at(self, seconds):
        return (self.began + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def commands(self, whole=True):
        """Returns the commands in the order of the events. `whole`: the end repeats the data of the
        start, as a careful dialplan does."""
        scenario = self.scenario
        head = ["--profile", scenario.profile, "--call-id", self.id]
        known = ["--phone", self.phone, "--ext", EXTENSION]
        ring = ["call-event", scenario.direction, *head, *known, "--at", self._at(0)]
        commands = [ring]
        if scenario.answered:
            answered = ["call-event", "answered", *head, "--ext", EXTENSION, "--at", self._at(5)]
            commands.append(answered)
        end = ["call-event", "hangup", *head, "--at", self._at(5 + self.talk)]
        end += ["--outcome", scenario.outcome]
        if scenario.answered:
            end += ["--talk-seconds", str(self.talk)]
        if whole:
            end += [*known, "--direction", scenario.direction]
        if scenario.recording == "file":
            log = ["call-log", *head, *known, "--direction", scenario.direction]
            log += ["--started-at", self._at(0), "--outcome", scenario.outcome]
            log += ["--talk-seconds", str(self.talk), "--record-file", self.file]
            return [*commands, end, log]
        end.append("--record")
        if scenario.recording == "url":
            end += ["--record-url", self.url]
        return [*commands, end]

    def problems_of_row(self, row):
        """Returns the differences between a row of the history and the call."""
        recording = self.url if self.scenario.recording == "url" else None
        wanted = {
            "direction": self.scenario.direction,
            "phone": self.phone.lstrip("+"),
            "extension": EXTENSION,
            "outcome": self.scenario.outcome,
            "talk_seconds": self.talk,
            "recording": recording,
        }
        found = []
        for key, value in wanted.items():
            stored = row[key]
            if key == "phone":
                stored = (stored or "").lstrip("+")
            elif key == "talk_seconds":
                stored = stored or 0
            elif key == "recording" and self.scenario.recording == "file":
                stored = None if stored else "missing"
            if stored != value:
                found.append(f"call {self.id}: {key} is {row[key]!r}, expected {value!r}")
        return found
