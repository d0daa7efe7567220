/**
 * PgWeir's composition root and its lifecycle: start, reload, shutdown. Only {@code cli} stands above it.
 *
 * <p><b>Reload.</b> {@link dev.pgweir.proxy.CurrentConfig} has the one configuration in force, immutable; everybody else asks
 * it for each decision, or is told of a new one: pools get new limits and the way to their servers ({@code link}), clients
 * their times ({@code client}). It changes as a whole, on a thread of its own, and only when nothing is wrong with the new
 * one; what only a restart can change is named and keeps its value.
 *
 * <p><b>Shutdown.</b> A later order may only be more impatient. In each case the event loops end last, when PostgreSQL has had
 * the chance to take the last cancel requests and to close its side.
 */
@NullMarked
package dev.pgweir.proxy;

import org.jspecify.annotations.NullMarked;
