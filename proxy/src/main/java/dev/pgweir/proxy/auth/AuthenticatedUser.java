package dev.pgweir.proxy.auth;

/**
 * A client that has logged in.
 *
 * @param name the user name of its startup message
 * @param forServer what its login left to log in to PostgreSQL with, in the same name
 */
public record AuthenticatedUser(String name, Credential forServer) {}
