/**
 * The built program from outside: real PostgreSQL behind it, real processes, and clients that speak the protocol by hand.
 * A test here knows nothing of the program's classes. Everything blocks, and waits only for what must come.
 */
@NullMarked
package dev.pgweir.proxy.it;

import org.jspecify.annotations.NullMarked;
