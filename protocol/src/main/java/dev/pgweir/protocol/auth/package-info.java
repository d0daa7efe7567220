/**
 * Password hashing as PostgreSQL does it: strings and bytes in, strings and bytes out. What lives here knows neither
 * messages nor channels, holds no state, and may be used by any thread. May use the JDK's cryptography only.
 */
@NullMarked
package dev.pgweir.protocol.auth;

import org.jspecify.annotations.NullMarked;
