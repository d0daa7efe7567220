/**
 * The clients: one {@link dev.pgweir.proxy.client.ClientSession} each, which is in one {@link
 * dev.pgweir.proxy.client.ClientPhase} at a time.
 *
 * <pre>
 *   StartupPhase ──CancelRequest──▶ CancelPhase ──▶ closed
 *        │ StartupMessage
 *        ▼
 *   LoginPhase ──database pgbouncer or pgweir──▶ ConsolePhase
 *        │    └──replication──▶ ReplicationPhase
 *        │ authenticated, and PostgreSQL's parameters known
 *        ▼
 *   ActivePhase:  idle ──request──▶ waiting ──server──▶ linked ──all answered──▶ idle
 *        │ socket closed or error
 *        ▼
 *   ClosedPhase (a server that was linked is brought back to a clean state by its Link)
 * </pre>
 *
 * <p>Of a client that has logged in, what it sends goes through Inflow, where Intake decides on each message, PoolPlace gets a
 * server for it and Backlog keeps what has to wait; what it gets goes through its {@link dev.pgweir.proxy.link.Link}.
 *
 * <p>A session and its phases are touched on the client's event loop only; what others may read (the console) are the
 * figures of {@link dev.pgweir.proxy.client.ClientSession}, which may be late. May use {@code link} and all below it.
 */
@NullMarked
package dev.pgweir.proxy.client;

import org.jspecify.annotations.NullMarked;
