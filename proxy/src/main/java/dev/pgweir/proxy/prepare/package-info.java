/**
 * Prepared statements of clients that share servers. A client's names mean nothing to PostgreSQL; there a statement has a
 * name that is made from a number and belongs to its text, whoever prepared it.
 *
 * <p>Four books, each with one owner. {@link dev.pgweir.proxy.prepare.StatementTable} finds the statement of a text and
 * is shared by all threads. {@link dev.pgweir.proxy.prepare.ClientStatements} has a client's names and is touched on the
 * client's loop. {@link dev.pgweir.proxy.prepare.ServerStatements} has what a server is believed to know, least recently
 * used first; it goes from owner to owner with the server. {@link dev.pgweir.proxy.prepare.Effect}s stand in the queue of
 * open requests.
 *
 * <p>The books are written when a message is sent, as if PostgreSQL would accept it, because the messages behind it in
 * the same pipeline build on it. An answer confirms what was written; an error takes it back for everything up to the
 * next Sync. What an earlier group of a pipeline may still take back nobody builds on: the client's next message waits
 * for the answers ({@link dev.pgweir.proxy.prepare.Pending}).
 *
 * <p>Nothing here does I/O. This package is below {@code server}, as a server carries its own book; it uses
 * {@code protocol} and Netty's buffers only.
 */
@NullMarked
package dev.pgweir.proxy.prepare;

import org.jspecify.annotations.NullMarked;
