/**
 * What all messages are read and written with. Nested lengths come from the peer and are checked here, once, so that a
 * message can only be decoded or refused with a {@link dev.pgweir.protocol.ProtocolException}. Confined to the thread
 * that owns the buffer.
 */
@NullMarked
package dev.pgweir.protocol.message;

import org.jspecify.annotations.NullMarked;
