/**
 * TLS on both sides: certificates and keys from files, the contexts that handshakes are made with and their replacement
 * by a reload, what is known of a peer after its handshake, and the channel binding that SCRAM takes from it. Knows
 * nothing of PostgreSQL but the name of its protocol in ALPN.
 *
 * <p>BoringSSL (netty-tcnative) does the work where it loads, the JDK elsewhere. Files are read on the threads that
 * reload, never on an event loop; private keys and the checks of certificates run on a small executor where the provider
 * hands them out as tasks.
 */
@NullMarked
package dev.pgweir.proxy.tls;

import org.jspecify.annotations.NullMarked;
