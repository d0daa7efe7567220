/**
 * Reads files, the environment and connection URLs into a {@link dev.pgweir.config.ProxyConfig}.
 *
 * <p>{@link dev.pgweir.config.load.ConfigLoader} is the way in. The readers fill drafts, which remember where each value
 * came from; only when all have been read is the configuration built, so that every problem of every source is known at
 * once. Nothing here throws because of what it reads. Reading blocks: never call it from an event loop.
 */
@NullMarked
package dev.pgweir.config.load;

import org.jspecify.annotations.NullMarked;
