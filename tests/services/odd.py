"""A web server with odd manners, for tests: it says its port on the first line and ends when it is killed.

With a certificate and its key, two files in PEM, it speaks TLS.

Every request is kept, and `GET /log` tells them all.
"""

import gzip
import json
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOG = []
LOCK = threading.Lock()


class Odd(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass

    def answer(self, status, body=b"", headers=(), length=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def say(self, value, status=200, headers=()):
        body = json.dumps(value).encode()
        self.answer(status, body, [("Content-Type", "application/json"), *headers])

    def odd(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = {"method": self.command, "path": self.path, "headers": headers, "body": body}
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        _, kind, *rest = [*url.path.split("/"), ""]
        if kind == "log":
            with LOCK:
                return self.say(list(LOG))
        with LOCK:
            LOG.append(request)
        getattr(self, "do_" + kind, self.unknown)(request, query, rest)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = odd

    def unknown(self, request, query, rest):
        self.answer(404, b"there is no such thing")

    def do_echo(self, request, query, rest):
        self.say(request, headers=[
            ("ETag", '"7"'), ("X-Request-Id", "r1"), ("Set-Cookie", "secret=1"), ("Server-Secret", "s"),
            ("Link", "</a>; rel=next"), ("Link", "</b>; rel=prev"),
        ])

    def do_text(self, request, query, rest):
        kind = query.get("type", "text/plain")
        self.answer(200, bytes.fromhex(query["hex"]), [("Content-Type", kind)])

    def do_page(self, request, query, rest):
        """Bytes as they come in `hex`, with a tag and a time, by which it is asked whether they still hold."""
        body = bytes.fromhex(query["hex"])
        tag, since = query.get("etag"), query.get("since")
        headers = [(name, value) for name, value in (("ETag", tag), ("Last-Modified", since)) if value]
        headers += [("Content-Type", query.get("type", "text/html")), ("Cache-Control", query.get("control", "no-cache"))]
        headers += [("Content-Language", value) for value in [query.get("language")] if value]
        asked = request["headers"]
        holds = asked.get("if-none-match") == tag if tag else since and asked.get("if-modified-since") == since
        if holds and "changed" not in query:
            return self.answer(304, headers=headers)
        self.answer(200, body, headers)

    def do_status(self, request, query, rest):
        self.answer(int(rest[0]), query.get("body", "").encode(), [
            (name.replace("_", "-"), value) for name, value in query.items() if name != "body"
        ])

    def do_cut(self, request, query, rest):
        self.close_connection = True
        self.connection.close()

    def do_half(self, request, query, rest):
        self.answer(200, b"ten bytes.", length=1000)
        self.close_connection = True

    def do_short(self, request, query, rest):
        self.answer(200, b"ten bytes.", [("Content-Type", "text/plain")], length=3)
        self.close_connection = True

    def do_garbage(self, request, query, rest):
        self.wfile.write(b"SSH-2.0-OpenSSH\r\n")
        self.close_connection = True

    def do_large(self, request, query, rest):
        size = int(query.get("bytes") or rest[0])
        if "chunked" not in query:
            return self.answer(200, b"x" * size)
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while size > 0:
            piece = b"x" * min(size, 10_000)
            size -= len(piece)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def do_v1(self, request, query, rest):
        """What stands behind `/v1/data/` says how it is answered."""
        _, kind, *rest = rest
        getattr(self, "do_" + kind, self.unknown)(request, query, rest)

    def do_json(self, request, query, rest):
        self.answer(200, bytes.fromhex(rest[0]), [("Content-Type", "application/json")])

    def do_silent(self, request, query, rest):
        time.sleep(60)

    def do_drip(self, request, query, rest):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.05)

    def do_bomb(self, request, query, rest):
        size = int(rest[0]) if rest[0] else 50_000_000
        body = gzip.compress(b"\0" * size)
        self.answer(200, body, [("Content-Encoding", "gzip"), ("Content-Type", "application/json")])

    def do_redirect(self, request, query, rest):
        left = int(rest[0])
        to = f"/redirect/{left - 1}" if left > 0 else "/echo"
        self.answer(int(query.get("status", 302)), headers=[("Location", to)])

    def do_elsewhere(self, request, query, rest):
        self.answer(302, b"go away", [("Location", query["to"])])


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # Clients that leave early are what is tested.


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Odd)
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    sys.stdout.close()
    server.serve_forever()
