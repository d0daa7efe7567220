/**
 * Where messages begin and end in the stream of a connection: {@link dev.pgweir.protocol.frame.FrameScanner} for all
 * that has a type byte, {@link dev.pgweir.protocol.frame.StartupReader} for the untyped packet before. Both belong to
 * one direction of one connection and are confined to the thread that reads it. May use {@code message.frontend}.
 *
 * <p>Messages that nobody needs are never made into objects: a relay that built one per message took two to five times
 * the processor time per gigabyte of one that hops headers and forwards the read buffer.
 */
@NullMarked
package dev.pgweir.protocol.frame;

import org.jspecify.annotations.NullMarked;
