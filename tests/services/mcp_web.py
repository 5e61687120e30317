"""A server of the Model Context Protocol over HTTP; the path says how it behaves. Prints its port, and writes what it
was asked to the file that its first argument names."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NOTES = open(sys.argv[1], "a", buffering=1)
MEGABYTE = b"x" * (1 << 20)
sessions = {}
tries = {}


class Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def note(self, message):
        kept = {name.lower(): value for name, value in self.headers.items()}
        NOTES.write(json.dumps({"verb": self.command, "path": self.path, "headers": kept, "message": message}) + "\n")

    def say(self, status, body=b"", kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def result(self, id, value, **headers):
        self.say(200, json.dumps({"jsonrpc": "2.0", "id": id, "result": value}).encode(), **headers)

    def stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        return self.wfile

    def do_GET(self):
        self.note(None)
        last = self.headers.get("Last-Event-ID")
        if self.path == "/resume" and last:
            id = int(last.split("-")[1])
            body = {"jsonrpc": "2.0", "id": id, "result": {"content": [{"type": "text", "text": f"after {last}"}]}}
            self.stream().write(b"id: last-0\ndata: " + json.dumps(body).encode() + b"\n\n")
        else:
            self.say(405)

    def do_DELETE(self):
        self.note(None)
        self.say(200)

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.note(message)
        mode, method, id = self.path[1:], message.get("method"), message.get("id")
        if mode == "login" and self.headers.get("Authorization") != "Bearer right":
            return self.say(401, b"{}", WWW_Authenticate='Bearer resource_metadata="https://x.example/"')
        if mode == "elsewhere":
            return self.say(307, Location=f"http://{self.headers['Host']}/well")
        if mode == "page":
            return self.say(200, b"<html>Welcome</html>", "text/html")
        if mode == "down":
            return self.say(503, b"sleeping", "text/plain")
        if method == "server/discover":
            error = {"code": -32601, "message": "Method not found"}
            return self.say(400, json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode())
        if method == "initialize":
            session = f"session-{len(sessions)}"
            sessions[session] = mode
            version = message["params"]["protocolVersion"]
            info = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": {"name": "web", "version": "1"}}
            return self.result(id, info, Mcp_Session_Id=session)
        if id is None or not method:
            return self.say(202)
        if method == "tools/call":
            return self.call(mode, id, message["params"])
        if method == "tools/list":
            return self.result(id, {"tools": [{"name": "act", "inputSchema": {"type": "object"}}]})
        self.result(id, {})

    def call(self, mode, id, params):
        tries[mode] = tries.get(mode, 0) + 1
        done = {"content": [{"type": "text", "text": f"done in {self.headers.get('Mcp-Session-Id')}"}]}
        if mode == "forgetful" and tries[mode] == 1:
            return self.say(404, b"{}")
        if mode == "event":
            out = self.stream()
            out.write(b"data: ")
            for _ in range(1024):
                out.write(MEGABYTE)
        elif mode == "endless":
            out = self.stream()
            line = b": still here\n\n" * 10_000
            while True:
                out.write(line)
        elif mode == "body":
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            for _ in range(1024):
                self.wfile.write(MEGABYTE)
        elif mode == "rich":
            body = b'{"jsonrpc":"2.0","id":%d,"result":{"structuredContent":[' % id + b"0," * 3_900_000 + b"0]}}"
            self.say(200, body)
        elif mode == "rich-event":
            body = b'data: {"jsonrpc":"2.0","id":%d,"result":{"structuredContent":[' % id + b"0," * 3_900_000 + b"0]}}\n\n"
            self.stream().write(body)
        elif mode == "resume":
            out = self.stream()
            out.write(b"retry: 1\nid: event-%d\ndata: \n\n" % id)
        elif mode == "split":
            text = json.dumps({"jsonrpc": "2.0", "id": id, "result": {"content": [{"type": "text", "text": "\u00e4\U0001f600"}]}}, ensure_ascii=False)
            out = self.stream()
            for byte in b"event: message\r\ndata: " + text.encode() + b"\r\n\r\n":
                out.write(bytes([byte]))
                out.flush()
        elif mode == "slow":
            time.sleep(600)
        elif mode == "busy":
            self.say(429, b"", "text/plain", Retry_After="7")
        elif mode == "refuses":
            error = {"code": -32000, "message": "not today"}
            self.say(400, json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode())
        elif mode == "broken":
            self.say(200, b'{"jsonrpc": "2.0", "id":')
        else:
            self.result(id, done)


server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
