/**
 * What the tests of the program share: real PostgreSQL ({@code RealPostgres}, {@code PostgresInstance}), the built
 * program as a process ({@code PgWeirProcess}), a client that sends any bytes ({@code WireClient}), a network that
 * misbehaves ({@code FaultProxy}) and a count of server connections ({@code ConnectionCounter}). It knows the protocol
 * from PostgreSQL's documentation, not from the code under test, so that one mistake is not made twice. Everything here
 * blocks; nothing may be called on an event loop.
 */
@NullMarked
package dev.pgweir.proxy.testing;

import org.jspecify.annotations.NullMarked;
