package dev.pgweir.config;

import java.time.Duration;

/**
 * How long the server connections of a pool live. Zero means no limit, unless it says otherwise.
 *
 * @param connect for connecting and logging in
 * @param loginRetry pause after a failed login; zero: none
 * @param idle after which an idle connection is closed
 * @param lifetime age at which an unused connection is closed; zero: after one use
 */
public record ServerTimeouts(Duration connect, Duration loginRetry, Duration idle, Duration lifetime) {}
