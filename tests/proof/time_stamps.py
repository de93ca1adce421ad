"""A time-stamp authority on this machine: openssl behind a loopback HTTP server."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

CONFIG = """
[tsa]
default_tsa = this
[this]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = root.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""
CERTIFICATES = """
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key \
 -out root.pem -days 9 -subj '/CN=Time Root' -addext keyUsage=critical,keyCertSign
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr \
 -subj '/CN=Time Authority'
printf 'keyUsage=critical,digitalSignature\\nextendedKeyUsage=critical,timeStamping\\n' > tsa.ext
openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 9 -out tsa.pem \
 -extfile tsa.ext
"""


def make_authority(folder: Path) -> Path:
    """Keys, certificates (`root.pem`) and configuration of an authority."""
    folder.mkdir()
    (folder / "tsa.cnf").write_text(CONFIG)
    subprocess.run(["sh", "-ec", CERTIFICATES], cwd=folder, check=True, capture_output=True)
    return folder


def stamp(folder: Path, query: bytes) -> bytes:
    """The authority's answer to a query."""
    (folder / "query.tsq").write_bytes(query)
    subprocess.run(
        ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq",
         "-out", "reply.tsr"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return (folder / "reply.tsr").read_bytes()


@contextmanager
def served(answer: Callable[[bytes], bytes], status: int = 200) -> Iterator[str]:
    """The address of a server that answers every query so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
