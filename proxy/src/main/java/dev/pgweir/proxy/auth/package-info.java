/**
 * Who may log in to PgWeir, and how PgWeir logs in to PostgreSQL: the authentication methods as state machines that take
 * message bodies and return what to do next. They know buffers but no channels, and nothing of databases, so a login
 * cannot tell before its success whether a database exists.
 *
 * <p>A {@link dev.pgweir.proxy.auth.ClientAuthenticator} or {@link dev.pgweir.proxy.auth.ServerAuthenticator} belongs to
 * one connection and is touched on its event loop only. None of them ever blocks: the one expensive step, deriving SCRAM
 * keys from a password (1 to 2 ms for PostgreSQL's 4096 iterations, against about 6 µs for all other steps of a login
 * together), is run and remembered by the {@link dev.pgweir.proxy.auth.KeyDeriver}, which all loops share. A user's
 * first login pays for it, the later ones cost HMACs only.
 *
 * <p>May use the protocol module. Like {@code log} and {@code count} it uses no other package of the proxy.
 */
@NullMarked
package dev.pgweir.proxy.auth;

import org.jspecify.annotations.NullMarked;
