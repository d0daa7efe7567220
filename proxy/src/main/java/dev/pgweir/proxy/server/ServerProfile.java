package dev.pgweir.proxy.server;

import dev.pgweir.config.TlsConfig;
import dev.pgweir.config.value.ChannelBindingUse;
import dev.pgweir.config.value.SslMode;
import dev.pgweir.config.value.SslNegotiation;
import dev.pgweir.proxy.auth.Credential;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to open a server connection of one pool.
 *
 * @param host name or address of PostgreSQL, looked up for each connection; or directory or abstract name of its Unix
 *     socket
 * @param port its TCP port, which is in the name of a Unix socket too
 * @param dbname the database there
 * @param user the role to log in as
 * @param credential what is known of its password
 * @param encryption whether and how the connection is encrypted
 * @param startupParameters sent with the login
 * @param connectTimeout for connecting and logging in, and for each check and reset query; zero means no limit
 * @param queries what PgWeir itself runs
 */
public record ServerProfile(
        String host,
        int port,
        String dbname,
        String user,
        Credential credential,
        Encryption encryption,
        Map<String, String> startupParameters,
        Duration connectTimeout,
        Queries queries) {
    public ServerProfile {
        startupParameters = Map.copyOf(startupParameters);
    }

    /**
     * Whether and how a connection is encrypted.
     *
     * @param mode whether
     * @param negotiation how it begins
     * @param channelBinding whether a login by SCRAM is bound to it
     * @param settings what it is encrypted by; others make another connection of it
     */
    public record Encryption(
            SslMode mode, SslNegotiation negotiation, ChannelBindingUse channelBinding, TlsConfig.Side settings) {}

    /**
     * The queries that PgWeir runs on its own account.
     *
     * @param connect after the login; its errors are logged only
     * @param check {@code server_check_query}; empty is a query too, null means no check
     * @param reset {@code server_reset_query}; null means none
     */
    public record Queries(
            @Nullable String connect,
            @Nullable String check,
            @Nullable String reset) {}

    /**
     * The same at another of the hosts.
     *
     * @param hostPort host and port with a colon between them
     */
    public ServerProfile at(String hostPort) {
        int colon = hostPort.lastIndexOf(':');
        return new ServerProfile(
                hostPort.substring(0, colon),
                Integer.parseInt(hostPort.substring(colon + 1)),
                dbname,
                user,
                credential,
                encryption,
                startupParameters,
                connectTimeout,
                queries);
    }

    /**
     * The same for a connection that one client has for itself: with its parameters, and without PgWeir's own queries,
     * which a replication connection might not take.
     */
    public ServerProfile withOwn(Map<String, String> parameters) {
        Map<String, String> all = new LinkedHashMap<>(startupParameters);
        all.putAll(parameters);
        return new ServerProfile(
                host, port, dbname, user, credential, encryption, all, connectTimeout, new Queries(null, null, null));
    }

    /**
     * Whether a connection that {@code other} opens is as good as one that this opens: it leads to the same place by the
     * same login, and the same queries have run and will run on it.
     */
    public boolean opensLike(ServerProfile other) {
        return equals(new ServerProfile(
                other.host,
                other.port,
                other.dbname,
                other.user,
                other.credential,
                other.encryption,
                other.startupParameters,
                connectTimeout,
                other.queries));
    }

    /** The same with another credential. */
    public ServerProfile withCredential(Credential other) {
        return new ServerProfile(
                host, port, dbname, user, other, encryption, startupParameters, connectTimeout, queries);
    }
}
