/**
 * Host-based authentication: who has to prove what, by where they come from. Immutable values and the search among them;
 * the files are read by {@code load}. Uses values only; any thread.
 */
@NullMarked
package dev.pgweir.config.hba;

import org.jspecify.annotations.NullMarked;
