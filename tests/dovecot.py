"""A Dovecot for one test run: IMAP plain and with TLS, mail in by LMTP, all of it in a temporary folder.

It runs as an ordinary user; as root it's started as nobody, whose files it makes.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import re
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.postgres import NOBODY
from tests.system import program

PASSWORD = "rahasia-kotak-surat"

_CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/passwd
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%n
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server."""

    base: Path
    imap_port: int
    imaps_port: int
    lmtp_port: int

    @property
    def ca_file(self) -> str:
        return str(self.base / "cert.pem")

    def deliver(self, to: str, *mails: bytes) -> None:
        """Bring mails as a mail server would."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as lmtp:
            for raw in mails:
                lmtp.sendmail("sari@example.test", [to], raw)

    def renumber(self, to: str, validity: int) -> None:
        """Give the inbox another UIDVALIDITY and its mails other UIDs, as a restoration does. Nobody may be in it."""
        box = self._maildir(to)
        for path in box.glob("dovecot*"):
            path.unlink()
        self._write(box / "dovecot-uidlist", f"3 V{validity} N1 G{validity:032x}\n".encode())

    def put(self, to: str, *mails: bytes, age_s: float = 0.0) -> None:
        """Lay mails into a mailbox, without a server's trace: many at once, quickly, received some time ago."""
        box, at = self._maildir(to), time.time() - age_s
        for part in ("", "tmp", "new", "cur"):
            if not (box / part).exists():
                (box / part).mkdir(parents=True)
                for path in (box.parent, box / part):
                    self._own(path)
        for number, raw in enumerate(mails):
            path = box / "tmp" / f"{int(at)}.M{number}P1.test"
            self._write(path, raw.replace(b"\r\n", b"\n"))  # a Maildir has lines of its own
            os.utime(path, (at, at))
            path.rename(box / "new" / path.name)  # whole, and at once: somebody may be looking

    def folder(self, to: str, name: str = "INBOX") -> list[bytes]:
        """The mails of a folder, in the order of their delivery."""
        box = self._maildir(to) / ("" if name == "INBOX" else f".{name}")
        paths = [path for part in ("cur", "new") for path in (box / part).glob("*")]
        ordered = sorted(paths, key=lambda path: _order(path.name))
        return [path.read_bytes().replace(b"\n", b"\r\n") for path in ordered]

    def _maildir(self, to: str) -> Path:
        return self.folder_of_all / to.partition("@")[0] / "Maildir"

    @property
    def folder_of_all(self) -> Path:
        return self.base / "mail"

    def _write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        self._own(path)

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)

    def log(self) -> str:
        return (self.base / "log").read_text(errors="replace")


@contextlib.contextmanager
def running(accounts: int = 200) -> Iterator[Dovecot]:
    """The server, with accounts t0@aduan.test and so on. Raises `RuntimeError` if it can't be started."""
    folder = Path(tempfile.mkdtemp(prefix="aduan-dovecot-"))
    ports = _free_ports(3)
    as_root = os.geteuid() == 0
    uid, gid = (NOBODY, NOBODY) if as_root else (os.getuid(), os.getgid())
    try:
        for name in ("run", "state", "mail"):
            (folder / name).mkdir()
        lines = [f"{name}@aduan.test:{{PLAIN}}{PASSWORD}::::::" for name in (f"t{n}" for n in range(accounts))]
        (folder / "passwd").write_text("\n".join(lines) + "\n")
        _certify(folder)
        (folder / "dovecot.conf").write_text(
            _CONFIGURATION.format(
                folder=folder,
                user=pwd.getpwuid(uid).pw_name,
                group=grp.getgrgid(gid).gr_name,
                uid=uid,
                gid=gid,
                imap_port=ports[0],
                imaps_port=ports[1],
                lmtp_port=ports[2],
            )
        )
        if as_root:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, uid, gid)
        server = subprocess.Popen(
            [program("dovecot"), "-F", "-c", folder / "dovecot.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **({"user": uid, "group": gid, "extra_groups": []} if as_root else {}),
        )
        found = Dovecot(folder, *ports)
        try:
            _wait_until_ready(server, found)
            yield found
        finally:
            server.terminate()
            server.wait(15)
            server.stderr.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _order(name: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", name.partition(",")[0])[:2])


def _certify(folder: Path) -> None:
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    command = [
        program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
        "-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-addext", names,
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _wait_until_ready(server: subprocess.Popen[bytes], found: Dovecot) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"dovecot ended at once: {server.stderr.read()[-500:]!r}")
        try:
            for port in (found.imap_port, found.imaps_port, found.lmtp_port):
                socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("dovecot wasn't ready in time")
