package dev.pgweir.proxy.pool;

import java.util.concurrent.CompletableFuture;

/**
 * What PAUSE has begun.
 *
 * @param begun whether it was not paused before
 * @param closed completes once PostgreSQL has no connection left, or upon RESUME, on whatever thread brought it about.
 *     Whoever waits no more cancels it; what is paused stays paused
 */
public record PauseWait(boolean begun, CompletableFuture<CloseOutcome> closed) {}
