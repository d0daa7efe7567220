package dev.pgweir.config;

import dev.pgweir.config.value.PoolMode;

/**
 * What is in force for one pool, that is one database and one user on the server.
 *
 * @param database the name clients ask for
 * @param target the server and how to log in there
 * @param poolMode when connections go back; a client whose login user has a mode of its own follows
 *     {@link ClientSettings#poolMode} instead
 * @param sizes how many connections there may be
 * @param timeouts how long they live
 */
public record PoolSettings(
        String database, ServerTarget target, PoolMode poolMode, PoolSizes sizes, ServerTimeouts timeouts) {}
