package dev.pgweir.config;

import dev.pgweir.config.value.Secret;
import dev.pgweir.config.value.SslMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a pool's connections lead and how they log in.
 *
 * @param host name or address of the server
 * @param port its port
 * @param dbname the database there
 * @param user the user there
 * @param userForced whether the database names that user, so that clients of every user share the pool
 * @param password what is known to log in with, possibly only a stored form; null: nothing
 * @param sslMode whether the connection is encrypted
 * @param connectQuery query run on each new connection; null: none
 * @param startupParameters parameters asked for at login
 */
public record ServerTarget(
        String host,
        int port,
        String dbname,
        String user,
        boolean userForced,
        @Nullable Secret password,
        SslMode sslMode,
        @Nullable String connectQuery,
        Map<String, String> startupParameters) {

    public ServerTarget {
        startupParameters = Map.copyOf(startupParameters);
    }
}
