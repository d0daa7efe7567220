"""Listens as systemd does for a unit with sockets, then becomes the program that gets them: PORT DIRECTORY COMMAND..."""

import os
import socket
import sys

port, directory, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
tcp = socket.socket()
tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
tcp.bind(("127.0.0.1", port))
unix = socket.socket(socket.AF_UNIX)
unix.bind(f"{directory}/.s.PGSQL.{port}")
# Out of the way of the descriptors they are copied to.
high = [os.dup2(sock.fileno(), 100 + i) for i, sock in enumerate((tcp, unix))]
for i, fd in enumerate(high):
    socket.socket(fileno=os.dup(fd)).listen(128)
    os.dup2(fd, 3 + i, inheritable=True)
    os.set_blocking(3 + i, False)
os.environ["LISTEN_FDS"] = str(len(high))
os.environ["LISTEN_FDNAMES"] = "pgweir.socket:pgweir.socket"
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(command[0], command)
