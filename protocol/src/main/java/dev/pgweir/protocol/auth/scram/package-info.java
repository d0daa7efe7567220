/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677) as PostgreSQL speaks it, both sides: {@link
 * dev.pgweir.protocol.auth.scram.ScramServerExchange} for clients that log in to PgWeir and {@link
 * dev.pgweir.protocol.auth.scram.ScramClientExchange} for PgWeir's login to PostgreSQL. Names are those of the RFCs.
 *
 * <p>An exchange belongs to one connection and is used by one thread at a time. Each of its steps costs a handful of
 * HMACs and may run on an event loop. The one expensive step, {@link dev.pgweir.protocol.auth.scram.ScramKeys#derive},
 * thousands of HMACs, is never taken by an exchange: the caller runs it where waiting hurts nobody and hands the keys
 * in. For SCRAM-SHA-256-PLUS the caller hands in what the login is bound to. Uses the JDK only.
 */
@NullMarked
package dev.pgweir.protocol.auth.scram;

import org.jspecify.annotations.NullMarked;
