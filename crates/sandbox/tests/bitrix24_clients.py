"""Runs third-party clients of Bitrix24, as published, against the stand-in.

    pip install b24pysdk==1.3.2 fast_bitrix24==1.8.14
    npm install --prefix DIR @bitrix24/b24jssdk@2.2.0
    cargo build -p vochi-crm-sandbox --example serve
    python crates/sandbox/tests/bitrix24_clients.py DIR target/debug/examples/serve

Each client reads a list of 120 rows, sends a batch with a reference, and renews an expired token.
The clients are not changed in any way. Two insist on https, and b24pysdk on the OAuth host
`oauth.bitrix24.tech`: the script makes a certificate with openssl, and a proxy leads that name to
the stand-in.
"""

import asyncio
import contextlib
import json
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request

OAUTH_HOST = "oauth.bitrix24.tech"
CLIENT_ID = "local.sample0000000.00000000"
CLIENT_SECRET = "sampleclientsecret0001"
ROWS = 120


class Portal:
    """The stand-in with 120 contacts."""

    def __init__(self, line, certificate):
        context = ssl.create_default_context(cafile=certificate)
        handlers = [
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=context),
        ]
        self.opener = urllib.request.build_opener(*handlers, NoRedirect())
        self.page = line["page"]
        self.webhook = line["profiles"]["bitrix24"]["webhook_url"]
        self.url = self.webhook.split("/rest/")[0]

    def fill(self):
        self.control("/reset", {})
        contacts = [
            {"ID": str(number), "NAME": f"Клиент {number}", "ASSIGNED_BY_ID": "17"}
            for number in range(1001, 1001 + ROWS - 9)
        ]
        self.account({"records": {"contacts": contacts}})

    def account(self, changes):
        self.control("/account", {"crm": "bitrix24", **changes})

    def control(self, path, body):
        request = urllib.request.Request(
            self.page.rstrip("/") + path,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self.opener.open(request) as response:
            assert json.load(response)["ok"], path

    def code(self):
        """A code, as the browser brings it back."""
        query = urllib.parse.urlencode({"client_id": CLIENT_ID, "state": "1"})
        try:
            self.opener.open(f"{self.url}/oauth/authorize/?{query}")
        except urllib.error.HTTPError as redirect:
            location = urllib.parse.urlparse(redirect.headers["Location"])
            return urllib.parse.parse_qs(location.query)["code"][0]
        raise AssertionError("no redirect")

    def expire_tokens(self):
        self.account({"tokens": "expire"})

    def refused(self):
        with self.opener.open(self.page.rstrip("/") + "/state") as response:
            return json.load(response)["bitrix24"]["refused"]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Proxy(threading.Thread):
    """Connects the OAuth host's name to a local port, and nothing else."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def run(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        if head.split(b" ")[:2] != [b"CONNECT", f"{OAUTH_HOST}:443".encode()]:
            client.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self.port))
        client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        back = threading.Thread(target=pump, args=(server, client), daemon=True)
        back.start()
        pump(client, server)


def pump(source, target):
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)


def certificate(folder):
    """A certificate for the stand-in's names, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    names = f"subjectAltName=DNS:localhost,DNS:{OAUTH_HOST},IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-addext", names, "-keyout", key, "-out", cert]
    subprocess.run(command, check=True, capture_output=True)
    return str(cert), str(key)


def b24pysdk(portal):
    from b24pysdk import BitrixApp, BitrixToken, BitrixWebhook, Client
    from b24pysdk.errors import BitrixAPIError

    domain = urllib.parse.urlparse(portal.url).netloc
    webhook = BitrixWebhook(domain=domain, webhook_token="1/samplewebhook0001")
    client = Client(webhook)
    rows = list(client.crm.contact.list(select=["ID", "NAME"]).as_list().result)
    assert len({row["ID"] for row in rows}) == ROWS, len(rows)
    rows = list(client.crm.contact.list(select=["ID", "NAME"]).as_list_fast().result)
    assert len({row["ID"] for row in rows}) == ROWS, len(rows)
    methods = {
        "rows": ("crm.contact.list", {"filter": {"PHONE": "+375291112233"}}),
        "one": ("crm.contact.get", {"id": "$result[rows][0][ID]"}),
    }
    batch = webhook.call_batch(methods)["result"]
    assert batch["result"]["one"]["LAST_NAME"] == "Иванов", batch
    try:
        webhook.call_method("crm.contact.get", {"id": 1})
        raise AssertionError("no error")
    except BitrixAPIError as error:
        assert "Not found" in str(error), error

    app = BitrixApp(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    renewed = app.get_oauth_token(portal.code())
    oauth = renewed.oauth_token
    token = BitrixToken(
        domain=domain,
        auth_token=oauth.access_token,
        refresh_token=oauth.refresh_token,
        expires_in=oauth.expires_in,
        bitrix_app=app,
    )
    assert token.call_method("profile")["result"]["ADMIN"] is True
    portal.expire_tokens()
    assert token.call_method("profile")["result"]["ADMIN"] is True
    assert token.auth_token != oauth.access_token, "it was renewed"
    assert str(token.get_app_info().result.client_id) == CLIENT_ID


def fast_bitrix24(portal):
    from fast_bitrix24 import BitrixAsync

    async def run():
        client = BitrixAsync(portal.webhook, verbose=False)
        rows = await client.get_all("crm.contact.list", {"select": ["ID", "NAME"]})
        assert len({row["ID"] for row in rows}) == ROWS, len(rows)
        command = "crm.contact.list?filter[PHONE]=%2B375291112233"
        batch = await client.call_batch(
            {"halt": 0, "cmd": {"a": command, "b": "crm.contact.get?id=$result[a][0][ID]"}}
        )
        assert batch["b"]["LAST_NAME"] == "Иванов", batch
        many = await client.get_by_ID("crm.contact.get", [797, 831, 832])
        assert many["831"]["NAME"] == "Ольга", many

        asked = []

        async def token():
            asked.append(portal.code())
            query = {
                "grant_type": "authorization_code",
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "code": asked[-1],
            }
            url = f"{portal.url}/oauth/token/?{urllib.parse.urlencode(query)}"
            with portal.opener.open(url) as response:
                return json.load(response)["access_token"]

        client = BitrixAsync(f"{portal.url}/rest/", token_func=token, verbose=False)
        await client.get_all("user.get")
        portal.expire_tokens()
        assert len(await client.get_all("user.get")) > 5
        assert len(asked) == 2, "a rejected token is asked for again"

    asyncio.run(run())


def b24jssdk(portal, modules, certificate_file):
    script = pathlib.Path(__file__).with_name("bitrix24_client.mjs")
    # Node looks for packages beside the script.
    copy = pathlib.Path(modules) / script.name
    copy.write_bytes(script.read_bytes())
    settings = {"webhook": portal.webhook, "page": portal.page, "rows": ROWS}
    settings |= {"url": portal.url, "clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET}
    settings["code"] = portal.code()
    environment = {**os.environ, "NODE_EXTRA_CA_CERTS": certificate_file, "NO_PROXY": "*"}
    subprocess.run(["node", copy, json.dumps(settings)], check=True, env=environment)


def main(modules, command):
    with tempfile.TemporaryDirectory() as folder:
        cert, key = certificate(pathlib.Path(folder))
        process = subprocess.Popen(
            [*command, "localhost:0", cert, key], stdout=subprocess.PIPE, text=True
        )
        try:
            portal = Portal(json.loads(process.stdout.readline()), cert)
            # The OAuth host has the port after the portal's in the address of its tokens.
            query = {
                "grant_type": "authorization_code",
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "code": portal.code(),
            }
            url = f"{portal.url}/oauth/token/?{urllib.parse.urlencode(query)}"
            with portal.opener.open(url) as response:
                endpoint = json.load(response)["server_endpoint"]
            proxy = Proxy(urllib.parse.urlparse(endpoint).port)
            proxy.start()
            for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
                os.environ[name] = cert
            for name in list(os.environ):
                if name.lower().endswith("_proxy"):
                    del os.environ[name]
            os.environ["HTTPS_PROXY"] = proxy.url
            os.environ["NO_PROXY"] = "localhost,127.0.0.1"
            for name, run in [
                ("b24pysdk", b24pysdk),
                ("fast_bitrix24", fast_bitrix24),
                ("b24jssdk", lambda portal: b24jssdk(portal, modules, cert)),
            ]:
                portal.fill()
                run(portal)
                reported = [refused["why"] for refused in portal.refused()]
                assert not reported, reported
                print(f"{name} and the stand-in agree", flush=True)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
