/**
 * What both sides need of the network: the transport and its event loops, socket options, the listeners by TCP and Unix
 * socket, names and their addresses, outgoing connections, the gate that stops and resumes reading; and the socket to
 * the service manager. Knows nothing of PostgreSQL but the names of its Unix sockets. Of the
 * proxy's other packages it uses {@code log} only.
 *
 * <p>By itself PgWeir does not take io_uring, though it was meant to and a transaction costs less there. Netty 4.2 leaves
 * reads, writes and accepts to the kernel then, and again and again ways were found in which a connection lived too long or
 * too short, each of which somebody hostile could have brought about. {@link dev.pgweir.proxy.net.ClosingReads}, {@link
 * dev.pgweir.proxy.net.BlockedWrites} and the properties that {@link dev.pgweir.proxy.net.Transport} sets end those that are
 * known; it stays by choice until none has turned up for long. And only epoll can empty the queue of a listening socket.
 *
 * <p>Names are looked up by the operating system ({@link dev.pgweir.proxy.net.HostResolver}) on threads of its own, not
 * by Netty's DNS client: that one reads {@code /etc/hosts} and {@code resolv.conf} itself and knows nothing of
 * {@code nsswitch.conf}, so it could give other answers than psql on the same machine does.
 */
@NullMarked
package dev.pgweir.proxy.net;

import org.jspecify.annotations.NullMarked;
