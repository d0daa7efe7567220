"""The least of a PostgreSQL client: logs in by SCRAM, and reads results fast, without looking at them."""

import base64
import functools
import hashlib
import hmac
import os
import socket
import struct

READ_BYTES = 256 * 1024
# How every answer ends: ReadyForQuery, outside of a transaction.
READY = b"Z\x00\x00\x00\x05I"


class ServerError(Exception):
    """An ErrorResponse, or a message that does not belong."""


@functools.lru_cache(maxsize=64)
def salted_password(password: str, salt: bytes, iterations: int) -> bytes:
    """Kept: a client that logs in thousands of times has no need to spend a millisecond on each."""
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


class Connection:
    """One connection, blocking. Not encrypted."""

    def __init__(self, host: str, port: int, user: str, password: str, database: str):
        self.socket = socket.create_connection((host, port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()
        try:
            self._log_in(user, password, database)
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        try:
            self.socket.sendall(message(b"X", b""))
        except OSError:
            pass
        self.socket.close()

    def query(self, sql: str) -> None:
        """A query with a short answer, which is dropped."""
        self.socket.sendall(message(b"Q", sql.encode() + b"\0"))
        while self._read()[0] != b"Z":
            pass

    def bulk(self, sql: str) -> int:
        """A query with a long answer; returns its bytes. Looks at nothing but how the answer ends."""
        self.socket.sendall(message(b"Q", sql.encode() + b"\0"))
        buffer = bytearray(READ_BYTES)
        view = memoryview(buffer)
        total = 0
        tail = b""
        while True:
            count = self.socket.recv_into(buffer)
            if count == 0:
                raise ServerError("the connection ended within an answer")
            if total == 0 and buffer[0] == ord("E"):
                raise ServerError(bytes(view[:count]).decode(errors="replace"))
            total += count
            tail = (tail + bytes(view[max(0, count - len(READY)) : count]))[-len(READY) :]
            if tail == READY:
                return total

    def copy_in(self, sql: str, chunk: bytes, count: int) -> int:
        """Sends ``chunk``, which is CopyData messages, ``count`` times; returns the bytes."""
        self.socket.sendall(message(b"Q", sql.encode() + b"\0"))
        while True:
            kind, _ = self._read()
            if kind == b"G":
                break
        for _ in range(count):
            self.socket.sendall(chunk)
        self.socket.sendall(message(b"c", b""))
        while self._read()[0] != b"Z":
            pass
        return len(chunk) * count

    def _log_in(self, user: str, password: str, database: str) -> None:
        parameters = b"".join(
            part.encode() + b"\0" for part in ("user", user, "database", database, "application_name", "bench")
        )
        self.socket.sendall(message(b"", struct.pack("!I", 0x30000) + parameters + b"\0"))
        scram = None
        while True:
            kind, body = self._read()
            if kind == b"Z":
                return
            if kind != b"R":
                continue
            (code,) = struct.unpack_from("!I", body)
            if code == 10:
                scram = Scram(password)
                first = scram.first().encode()
                data = b"SCRAM-SHA-256\0" + struct.pack("!I", len(first)) + first
                self.socket.sendall(message(b"p", data))
            elif code == 11 and scram:
                self.socket.sendall(message(b"p", scram.final(body[4:].decode()).encode()))
            elif code not in (0, 12):
                raise ServerError(f"authentication request {code}")

    def _read(self) -> tuple[bytes, bytes]:
        data = self.received
        while len(data) < 5 or len(data) < 1 + struct.unpack_from("!I", data, 1)[0]:
            part = self.socket.recv(READ_BYTES)
            if not part:
                raise ServerError("the connection was closed")
            data += part
        end = 1 + struct.unpack_from("!I", data, 1)[0]
        kind, body = bytes(data[:1]), bytes(data[5:end])
        del data[:end]
        if kind == b"E":
            raise ServerError(body.replace(b"\0", b" ").decode(errors="replace"))
        return kind, body


class Scram:
    """The client's side of RFC 7677. It trusts the server."""

    def __init__(self, password: str):
        self.password = password
        self.nonce = base64.b64encode(os.urandom(18)).decode()

    def first(self) -> str:
        return f"n,,n=,r={self.nonce}"

    def final(self, challenge: str) -> str:
        fields = dict(part.split("=", 1) for part in challenge.split(","))
        salted = salted_password(self.password, base64.b64decode(fields["s"]), int(fields["i"]))
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        bare = f"c=biws,r={fields['r']}"
        signed = f"n=,r={self.nonce},{challenge},{bare}".encode()
        signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        return f"{bare},p={base64.b64encode(proof).decode()}"
