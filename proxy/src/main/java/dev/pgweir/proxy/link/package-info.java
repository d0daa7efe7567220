/**
 * One client bound to one server for a transaction, a statement or a session: what was asked and not yet answered, what
 * PostgreSQL's answers mean for the binding, the settings that follow a client, and what a pool is made of beyond its
 * lists (where it connects to, as whom, and what a client is told at its login).
 *
 * <p>A {@link dev.pgweir.proxy.link.Link} has two sides. What PgWeir itself says on either is in the queue like all else.
 *
 * <pre>
 *   client ──▶ Preparer ──▶ ServerSide ──▶ server    the Preparer puts in the server's names of statements
 *                          RequestQueue              what is open
 *   client ◀── ClientSide ◀── Answers  ◀── server    Answers knows what they mean, and what the client may see
 *
 *   SettingsTransfer     the client's settings, to the server and back
 *   StatementRepair      statements that the server has lost
 *   Drain                the server of a client that has left
 *   Prelude, Reading, Books, Portals, SqlCommands     what the Preparer is made of
 * </pre>
 *
 * <p>A link is touched on its client's event loop only. A server on another loop hands
 * whole read buffers over; each carries the number of the link it is for, so late ones are recognised. The client's side
 * alone decides to release a server.
 *
 * <p>{@link dev.pgweir.proxy.link.DatabasePools} has what pools there are. A login that takes its pool and a reload exclude each
 * other there, so no pool is made or changed by a configuration that is not in force any more. May use {@code pool}, {@code cancel}, {@code server} and what lies below.
 */
@NullMarked
package dev.pgweir.proxy.link;

import org.jspecify.annotations.NullMarked;
