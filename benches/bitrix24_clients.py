"""CPU time of Bitrix24 requests through third-party clients, beside this library's.

    pip install b24pysdk==1.3.2 fast_bitrix24==1.8.14
    cargo bench -p vochi-crm --bench bitrix24_cpu --no-run     # prints the program
    python benches/bitrix24_clients.py PROGRAM

The program serves the responses and measures the library; each client then sends the same requests to it:
`telephony.externalCall.register` alone, and 50 in a batch. User and system time of the sender count. All
are measured in turns, and a ratio is of one turn: the speed of a machine changes. Printed are medians.
"""

import asyncio
import functools
import re
import resource
import statistics
import subprocess
import sys

METHOD = "telephony.externalCall.register"
FIELDS = {
    "USER_ID": 17,
    "PHONE_NUMBER": "+375291112233",
    "TYPE": 2,
    "EXTERNAL_CALL_ID": "asterisk-1778743590.1842",
    "CALL_START_DATE": "2026-05-14T07:26:30+00:00",
    "LINE_NUMBER": "line-1",
    "CRM_CREATE": 1,
    "SHOW": 1,
}
TURNS, CALLS, BATCHES, COMMANDS = 7, 30, 15, 50


def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


@functools.cache
def send_without_tls():
    """b24pysdk insists on https; the bytes are compared without TLS."""
    import requests.adapters

    send = requests.adapters.HTTPAdapter.send

    def plain(self, request, **options):
        request.url = request.url.replace("https://", "http://", 1)
        return send(self, request, **options)

    requests.adapters.HTTPAdapter.send = plain


def b24pysdk(origin):
    from b24pysdk import BitrixWebhook

    send_without_tls()
    webhook = BitrixWebhook(domain=origin.split("//")[1], webhook_token="1/invented")

    def register():
        assert webhook.call_method(METHOD, FIELDS)["result"]["CALL_ID"]

    commands = {f"c{index}": (METHOD, FIELDS) for index in range(COMMANDS)}

    def batch():
        assert len(webhook.call_batch(commands)["result"]["result"]) == COMMANDS

    return measured(register, batch)


def fast_bitrix24(origin):
    from urllib.parse import urlencode

    from fast_bitrix24 import BitrixAsync

    loop = asyncio.new_event_loop()
    client = BitrixAsync(f"{origin}/rest/1/invented/", verbose=False)

    def register():
        called = client.call(METHOD, FIELDS, raw=True)
        assert loop.run_until_complete(called)["result"]["CALL_ID"]

    def batch():
        commands = {f"c{index}": f"{METHOD}?{urlencode(FIELDS)}" for index in range(COMMANDS)}
        called = client.call_batch({"halt": 0, "cmd": commands})
        assert len(loop.run_until_complete(called)) == COMMANDS

    return measured(register, batch)


def measured(register, batch):
    register()
    batch()
    began = spent()
    for _ in range(CALLS):
        register()
    alone = (spent() - began) / CALLS
    began = spent()
    for _ in range(BATCHES):
        batch()
    return alone, (spent() - began) / BATCHES / COMMANDS


def library(program):
    printed = subprocess.run([program, "--bench"], text=True, stdout=subprocess.PIPE).stdout
    print(printed.splitlines()[0])
    ours = re.search(r"client ([\d.]+)", printed).group(1)
    return float(ours), float(re.search(r"full batch: us of CPU ([\d.]+)", printed).group(1))


def main(program):
    server = subprocess.Popen([program, "--serve"], text=True, stdout=subprocess.PIPE)
    clients = [("b24pysdk", b24pysdk), ("fast_bitrix24", fast_bitrix24)]
    turns = {name: [] for name, _ in clients}
    try:
        origin = server.stdout.readline().strip()
        for _ in range(TURNS):
            ours, command = library(program)
            for name, run in clients:
                alone, each = run(origin)
                turns[name].append((alone, alone / ours, each, each / command, command))
    finally:
        server.kill()
    for name, measured_turns in turns.items():
        alone, times, each, cheaper, command = map(statistics.median, zip(*measured_turns))
        print(
            f"{name}: register {alone:.0f} us of CPU, {times:.1f} times the library's; "
            f"a command of a full batch {each:.1f} us, {cheaper:.1f} times (library {command:.2f} us)"
        )


if __name__ == "__main__":
    main(sys.argv[1])
