package dev.pgweir.proxy.net;

import org.jspecify.annotations.Nullable;

/**
 * A socket that somebody else listens on for PgWeir and hands it at the start.
 *
 * @param fd its file descriptor
 * @param unixPath the name of a Unix socket, with an {@code @} in front if it is abstract; null: TCP
 */
public record PassedSocket(int fd, @Nullable String unixPath) {}
