package dev.pgweir.config;

import dev.pgweir.config.value.ChannelBindingUse;
import dev.pgweir.config.value.HostBalancing;
import dev.pgweir.config.value.Secret;
import dev.pgweir.config.value.SslMode;
import dev.pgweir.config.value.SslNegotiation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a pool's connections lead and how they log in.
 *
 * @param hosts names or addresses of the server, or directories or abstract names of its Unix socket; at least one
 * @param balancing how one of several hosts is chosen
 * @param port its port
 * @param dbname the database there
 * @param user the user there
 * @param userForced whether the database names that user, so that clients of every user share the pool
 * @param password what is known to log in with, possibly only a stored form; null: nothing
 * @param security whether and how the connection is encrypted
 * @param connectQuery query run on each new connection; null: none
 * @param startupParameters parameters asked for at login
 */
public record ServerTarget(
        List<String> hosts,
        HostBalancing balancing,
        int port,
        String dbname,
        String user,
        boolean userForced,
        @Nullable Secret password,
        Security security,
        @Nullable String connectQuery,
        Map<String, String> startupParameters) {

    /**
     * Whether and how a connection is encrypted.
     *
     * @param sslMode whether
     * @param negotiation how it begins
     * @param channelBinding whether a login by SCRAM is bound to it
     */
    public record Security(SslMode sslMode, SslNegotiation negotiation, ChannelBindingUse channelBinding) {}

    public ServerTarget {
        hosts = List.copyOf(hosts);
        startupParameters = Map.copyOf(startupParameters);
    }

    /** The hosts as the configuration has them, separated by commas. */
    public String host() {
        return String.join(",", hosts);
    }
}
