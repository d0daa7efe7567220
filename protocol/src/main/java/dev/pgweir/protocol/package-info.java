/**
 * PostgreSQL's wire protocol, version 3, as bytes: the names and numbers that all of the module shares. Everything here
 * is an immutable value, for any thread.
 *
 * <p>The module uses Netty's buffers and nothing else of Netty. Its packages point one way: {@code frame} →
 * {@code message.frontend}, {@code message.backend} → {@code message} → this one. {@code MessageWriter} and
 * {@code MessageReader} live in {@code message}, not in {@code frame}, because the startup reader of {@code frame}
 * returns messages that are written with them.
 */
@NullMarked
package dev.pgweir.protocol;

import org.jspecify.annotations.NullMarked;
