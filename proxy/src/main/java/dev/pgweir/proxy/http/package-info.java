/**
 * The HTTP endpoint: a few pages to GET, on a thread of its own, so that neither a scrape nor somebody who opens connections
 * and says nothing takes time from the event loops of the pools. Connections, sizes and times are bounded. What the pages
 * say comes from whoever opens it; this package uses no other of PgWeir.
 */
@NullMarked
package dev.pgweir.proxy.http;

import org.jspecify.annotations.NullMarked;
