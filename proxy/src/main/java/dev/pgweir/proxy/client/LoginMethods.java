package dev.pgweir.proxy.client;

import dev.pgweir.config.AuthLookup;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.proxy.auth.AuthMethod;
import dev.pgweir.proxy.auth.ClientAuthenticator;
import dev.pgweir.proxy.auth.ClientAuthenticators;
import dev.pgweir.proxy.auth.Credential;
import dev.pgweir.proxy.authquery.AuthQueries;
import dev.pgweir.proxy.net.ClientAcceptor.UnixClient;
import dev.pgweir.proxy.net.UnixPeer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides how a client has to prove who it is. For any thread. */
final class LoginMethods {
    private static final Logger LOG = LoggerFactory.getLogger(LoginMethods.class);

    private final ClientAuthenticators authenticators;
    private final AuthQueries queries;

    LoginMethods(ClientAuthenticators authenticators, AuthQueries queries) {
        this.authenticators = authenticators;
        this.queries = queries;
    }

    /** The login of a client that has sent its startup packet. */
    ClientAuthenticator begin(ClientSession session, ProxyConfig config, String user, String database) {
        AuthMethod method =
                AuthMethod.ofSetting(config.auth().authType().text()).orElseThrow();
        ClientAuthenticators makers =
                authenticators.withScramIterations(config.auth().scramIterations());
        Credential known = config.secretOf(user)
                .map(secret -> parse(user, secret.reveal()))
                .orElse(null);
        UnixClient unix = session.unix();
        UnixPeer peer = unix == null ? null : unix.peer();
        if (method == AuthMethod.PEER && peer != null) {
            return makers.peer(user, known, peer::userName);
        }
        AuthLookup wanted = known != null || method == AuthMethod.ANY
                ? null
                : config.authLookup(database).orElse(null);
        return wanted == null
                ? makers.create(method, user, known)
                : makers.create(
                        method,
                        user,
                        queries.lookup(session, wanted, database, user, session.loopIndex()),
                        config.compatible());
    }

    /** What is known of a user's password; a damaged entry of the configuration counts as unknown. */
    private static @Nullable Credential parse(String user, String secret) {
        try {
            return Credential.parse(secret);
        } catch (IllegalArgumentException e) {
            LOG.warn("the stored secret of user {} is damaged: {}", user, e.getMessage());
            return null;
        }
    }
}
