/**
 * Cancel requests: the keys PgWeir gives its clients, and the connections that carry a request on to PostgreSQL. A
 * request is tied to the server its client holds at that moment (see {@link dev.pgweir.proxy.pool.CancelTicket}), so it
 * never hits the next client's query. Keys may be looked up from any thread; all else runs on event loops. May use
 * {@code pool}, {@code server} and {@code net}.
 */
@NullMarked
package dev.pgweir.proxy.cancel;

import org.jspecify.annotations.NullMarked;
