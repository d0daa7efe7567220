/**
 * Connections to PostgreSQL: opening, login, the tasks PgWeir runs on them itself (check, reset, connect query), and
 * what their channel reports.
 *
 * <p>A {@link dev.pgweir.proxy.server.ServerConnection} lives on one event loop for life. While it is linked to a
 * client, its bytes belong to the client's loop (see the link package); all else here is touched on the server's own
 * loop only. Owners are told through {@link dev.pgweir.proxy.server.ServerOwner}, which keeps this package below the
 * pool. May use {@code auth}, {@code net}, {@code tls}, {@code prepare} and {@code log}.
 */
@NullMarked
package dev.pgweir.proxy.server;

import org.jspecify.annotations.NullMarked;
