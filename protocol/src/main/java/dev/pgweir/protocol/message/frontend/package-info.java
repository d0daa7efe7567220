/**
 * The messages of a client that a pooler reads or makes, under the names of PostgreSQL's documentation, chapter "Message
 * Formats". Immutable values, for any thread.
 *
 * <p>{@code encode} appends the whole message to a buffer, {@code decode} takes a body (without type and length), leaves
 * the indices of the buffer alone and throws {@link dev.pgweir.protocol.ProtocolException} for whatever does not fit.
 * Arrays are handed over, not copied. What carries a secret does not print it.
 */
@NullMarked
package dev.pgweir.protocol.message.frontend;

import org.jspecify.annotations.NullMarked;
