/**
 * What both sides need of the network: the transport and its event loops, TCP options, the listener, the gate that
 * stops and resumes reading; and the socket to the service manager. Knows nothing of PostgreSQL and uses no other package of the proxy.
 */
@NullMarked
package dev.pgweir.proxy.net;

import org.jspecify.annotations.NullMarked;
