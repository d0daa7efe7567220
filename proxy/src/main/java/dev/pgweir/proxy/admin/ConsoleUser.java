package dev.pgweir.proxy.admin;

/**
 * Who asks.
 *
 * @param admin whether it is one of {@code admin_users}; the others of the console are {@code stats_users}, who may look
 */
public record ConsoleUser(String name, boolean admin) {}
