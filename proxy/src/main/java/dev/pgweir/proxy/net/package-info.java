/**
 * What both sides need of the network: the transport and its event loops, socket options, the listeners by TCP and Unix
 * socket, names and their addresses, outgoing connections, the gate that stops and resumes reading; and the socket to
 * the service manager. Knows nothing of PostgreSQL but the names of its Unix sockets. Of the
 * proxy's other packages it uses {@code log} only.
 *
 * <p>By itself PgWeir does not take io_uring, though it was meant to and a transaction costs less there: with Netty 4.2, which does not
 * poll but leaves reads, writes and accepts to the kernel, one connection after the other was found that lived too long or
 * too short ({@link dev.pgweir.proxy.net.ClosingReads}, {@link dev.pgweir.proxy.net.BlockedWrites} and the properties that {@link
 * dev.pgweir.proxy.net.Transport} sets are what was done about it), each of which somebody hostile could have brought about. It stays
 * by choice until nothing of that kind has turned up for long. Only epoll can empty the queue of a listening socket, too.
 *
 * <p>Names are looked up by the operating system ({@link dev.pgweir.proxy.net.HostResolver}) on threads of its own, not
 * by Netty's DNS client: that one reads {@code /etc/hosts} and {@code resolv.conf} itself and knows nothing of
 * {@code nsswitch.conf}, so it could give other answers than psql on the same machine does.
 */
@NullMarked
package dev.pgweir.proxy.net;

import org.jspecify.annotations.NullMarked;
