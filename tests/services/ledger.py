#!/usr/bin/env python3
"""A small service with effects that count, for tests of durability.

It is what a payment or notification service is to its clients: HTTP/1.1 on a loopback port, effects
that cannot be taken back, an Idempotency-Key, and a way to ask what happened. Every effect is one
JSON line of the log, synced before the answer, so the log says what was done whatever became of
whoever asked for it.

    ledger.py --log FILE [--mode dedup|none|lost|slow] [--lose P] [--fail P] [--seed N]
              [--delay-ms N] [--until FILE] [--slow-where before|after] [--port N]

    POST /effects              performs an effect; 201 and {"n", "ref"}
    GET  /effects?key=K        the effects with this Idempotency-Key: {"count", "effects"}
    GET  /effects/by-ref/REF   the effect whose body has "ref": REF, else 404
    GET  /health               {"mode", "effects", "connections"}: the connections that are open

Modes: `dedup` answers a repeated key with the first answer and performs nothing (another body under
the same key is 422); `none` performs every request; `lost` performs as `dedup` does and then, with
probability --lose, closes the connection instead of answering; `slow` performs as `dedup` does and
waits --delay-ms, and until --until is there, before performing or after the log is synced. In every
mode --fail is the probability of a 503 that performs nothing.

One JSON line on standard output says {"port", "pid"} when it is ready. It ends on SIGTERM, and when
its standard input, where that is a pipe, is closed by whoever started it. Only Python's standard library.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import stat
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

LARGEST_BODY = 1024 * 1024


class Refused(Exception):
    """A request that is answered with `status` and performs nothing."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def read_key(field):
    """The key of an `Idempotency-Key` field: a quoted string (RFC 8941), or the bare text."""
    if field is None:
        return None
    field = field.strip()
    if not field.startswith('"'):
        key = field
    else:
        if len(field) < 2 or not field.endswith('"'):
            raise Refused(400, "the Idempotency-Key is not a whole quoted string")
        key, rest = "", iter(field[1:-1])
        for letter in rest:
            if letter == "\\":
                letter = next(rest, "")
                if letter not in ('"', "\\") or not letter:
                    raise Refused(400, "the Idempotency-Key has an unknown escape")
            elif letter == '"':
                raise Refused(400, "the Idempotency-Key has a quote inside")
            key += letter
    if not 1 <= len(key) <= 255 or not all(" " <= letter <= "~" for letter in key):
        raise Refused(400, "an Idempotency-Key has 1 to 255 printable ASCII characters")
    return key


def reference(body):
    """What the client calls the effect: the text `ref` of a JSON object."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    ref = value.get("ref") if isinstance(value, dict) else None
    return ref if isinstance(ref, str) else None


class Log:
    """The effects, in a file of JSON lines that outlives the process."""

    def __init__(self, path):
        self.lock = threading.Lock()
        # Lines in order of `n`; replays are lines too, and no effects.
        self.effects, self.first, self.by_ref, self.last = [], {}, {}, 0
        self.file = open(path, "a+b", buffering=0)
        self.file.seek(0)
        whole = 0
        for line in self.file.read().splitlines(keepends=True):
            # A line without its end was being written when the process was killed: nobody was answered.
            if not line.endswith(b"\n"):
                break
            self._remember(json.loads(line))
            whole += len(line)
        self.file.truncate(whole)
        descriptor = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _remember(self, line):
        self.last = line["n"]
        if line["replayed"]:
            return
        self.effects.append(line)
        if line["key"] is not None:
            self.first.setdefault(line["key"], line)
        ref = reference(line["body"])
        if ref is not None:
            self.by_ref.setdefault(ref, line)

    def perform(self, method, path, key, body, dedup):
        """Writes and syncs one line; returns it and the effect that it stands for."""
        digest = hashlib.sha256(body).hexdigest()
        with self.lock:
            first = self.first.get(key) if dedup and key is not None else None
            if first is not None and first["body_sha256"] != digest:
                raise Refused(422, "the Idempotency-Key was used with another body")
            line = {
                "n": self.last + 1,
                "at": time.time_ns() // 1_000_000,
                "method": method,
                "path": path,
                "key": key,
                "body_sha256": digest,
                "body": body.decode("utf-8", "replace"),
                "replayed": first is not None,
            }
            written = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            if self.file.write(written) != len(written):
                # Half a line on a full disk is no effect; the process ends so that nothing follows it.
                os._exit(1)
            os.fsync(self.file.fileno())
            self._remember(line)
            return line, first or line

    def with_key(self, key):
        with self.lock:
            return [line for line in self.effects if line["key"] == key]

    def with_ref(self, ref):
        with self.lock:
            return self.by_ref.get(ref)

    def count(self):
        with self.lock:
            return len(self.effects)


class Chance:
    """One seeded source for all threads, so that a single client meets the same fate each time."""

    def __init__(self, seed):
        self.random, self.lock = random.Random(seed), threading.Lock()

    def happens(self, probability):
        with self.lock:
            return probability > 0 and self.random.random() < probability


class Exchange(BaseHTTPRequestHandler):
    """One connection; it is kept for as many requests as the client sends."""

    protocol_version = "HTTP/1.1"
    # Answers are small: waiting to fill a packet would only make each slower.
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, format, *args):
        """The log has the effects; standard error is left to failures of the service itself."""

    def answer(self, status, value):
        content = json.dumps(value, separators=(",", ":")).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def body(self):
        if self.headers.get("Transfer-Encoding") is not None:
            self.close_connection = True
            raise Refused(411, "a body needs a Content-Length")
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if not 0 <= length <= LARGEST_BODY:
            # What follows is not read, so the connection cannot go on.
            self.close_connection = True
            raise Refused(413, f"a body has at most {LARGEST_BODY} bytes")
        body = self.rfile.read(length)
        if len(body) != length:
            self.close_connection = True
            raise Refused(400, "the body ended early")
        return body

    def do_POST(self):
        self.attempt(self.post)

    def do_GET(self):
        self.attempt(self.get)

    def attempt(self, act):
        try:
            act()
        except Refused as refused:
            self.answer(refused.status, {"error": str(refused)})
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def post(self):
        settings, log, chance = self.server.settings, self.server.log, self.server.chance
        body = self.body()
        if urlsplit(self.path).path != "/effects":
            raise Refused(404, "effects are performed at /effects")
        key = read_key(self.headers.get("Idempotency-Key"))
        if chance.happens(settings.fail):
            raise Refused(503, "not now")
        self.wait("before")
        line, effect = log.perform("POST", self.path, key, body, dedup=settings.mode != "none")
        self.wait("after")
        if settings.mode == "lost" and chance.happens(settings.lose):
            self.close_connection = True
            return
        # The first answer again, byte for byte: it depends only on the effect.
        self.answer(201, {"n": effect["n"], "ref": reference(effect["body"])})

    def wait(self, where):
        settings = self.server.settings
        if settings.mode == "slow" and settings.slow_where == where:
            time.sleep(settings.delay_ms / 1000)
            while settings.until and not os.path.exists(settings.until):
                time.sleep(0.01)

    def get(self):
        self.body()
        log, url = self.server.log, urlsplit(self.path)
        if url.path == "/health":
            open_now = self.server.open_connections()
            self.answer(200, {"mode": self.server.settings.mode, "effects": log.count(), "connections": open_now})
        elif url.path == "/effects":
            key = parse_qs(url.query).get("key", [None])[0]
            if key is None:
                raise Refused(400, "say which: /effects?key=K")
            found = log.with_key(key)
            self.answer(200, {"count": len(found), "effects": found})
        elif url.path.startswith("/effects/by-ref/"):
            found = log.with_ref(unquote(url.path.removeprefix("/effects/by-ref/")))
            if found is None:
                raise Refused(404, "no effect has this reference")
            self.answer(200, found)
        else:
            raise Refused(404, "there is nothing here")


class Ledger(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, settings):
        super().__init__(("127.0.0.1", settings.port), Exchange)
        self.settings, self.log, self.chance = settings, Log(settings.log), Chance(settings.seed)
        self.counting, self.connections = threading.Lock(), 0

    def handle_error(self, request, client_address):
        # A client that is killed leaves nobody to be told.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def open_connections(self):
        with self.counting:
            return self.connections

    def process_request(self, request, client_address):
        # Counted where connections are taken in, one after another: an earlier one is never missed.
        with self.counting:
            self.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        super().shutdown_request(request)
        with self.counting:
            self.connections -= 1


def probability(text):
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError("a probability is from 0 to 1")
    return value


def read_settings():
    parser = argparse.ArgumentParser(description="A small service with effects that count.")
    parser.add_argument("--log", required=True, help="file that every effect is appended to")
    parser.add_argument("--mode", choices=["dedup", "none", "lost", "slow"], default="dedup")
    parser.add_argument("--lose", type=probability, default=0.5, help="lost: how often no answer comes")
    parser.add_argument("--fail", type=probability, default=0.0, help="how often a request is answered with 503")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--delay-ms", type=int, default=0, help="slow: how long")
    parser.add_argument("--until", help="slow: a file that is waited for")
    parser.add_argument("--slow-where", choices=["before", "after"], default="before")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    return parser.parse_args()


def end_with_parent():
    """Waits until whoever holds the other end of standard input is gone."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    os._exit(0)


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    ledger = Ledger(read_settings())
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=end_with_parent, daemon=True).start()
    print(json.dumps({"port": ledger.server_address[1], "pid": os.getpid()}), flush=True)
    ledger.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
