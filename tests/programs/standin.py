"""A small program in place of a component, for the launcher's tests.

`standin.py PORT [--deaf] [--child FILE] [--witness URL FILE]`: responds with 200 on PORT. With --deaf it ignores
SIGTERM. With --child it starts a process that ignores SIGTERM, and writes its id to FILE. With --witness it writes the
status of URL to FILE on SIGTERM.
"""

import argparse
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import FrameType

DEAF_CHILD = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


def fetch_status(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return str(answer.status)
    except urllib.error.URLError as error:
        return str(error.reason)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--deaf", action="store_true")
    parser.add_argument("--child", type=Path)
    parser.add_argument("--witness", nargs=2)
    arguments = parser.parse_args()

    def exit_on_signal(_number: int, _frame: FrameType | None) -> None:
        if arguments.witness:
            Path(arguments.witness[1]).write_text(fetch_status(arguments.witness[0]), encoding="utf-8")
        sys.exit(0)

    signal.signal(signal.SIGTERM, signal.SIG_IGN if arguments.deaf else exit_on_signal)
    if arguments.child:
        child = subprocess.Popen([sys.executable, "-c", DEAF_CHILD])
        arguments.child.write_text(str(child.pid), encoding="utf-8")
    ThreadingHTTPServer(("127.0.0.1", arguments.port), Healthy).serve_forever()


if __name__ == "__main__":
    main()
