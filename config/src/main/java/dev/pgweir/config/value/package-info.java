/**
 * The values that settings take: enumerations under the spelling users write, addresses and networks, and secrets.
 *
 * <p>Uses nothing but the JDK. Everything here is immutable and may be used on any thread.
 */
@NullMarked
package dev.pgweir.config.value;

import org.jspecify.annotations.NullMarked;
