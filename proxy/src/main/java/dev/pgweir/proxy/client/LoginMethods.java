package dev.pgweir.proxy.client;

import dev.pgweir.config.AuthLookup;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.hba.HbaClient;
import dev.pgweir.config.hba.HbaMethod;
import dev.pgweir.config.hba.HbaRule;
import dev.pgweir.config.hba.LdapOptions;
import dev.pgweir.config.value.AuthType;
import dev.pgweir.proxy.auth.AuthMethod;
import dev.pgweir.proxy.auth.ClientAuthenticator;
import dev.pgweir.proxy.auth.ClientAuthenticators;
import dev.pgweir.proxy.auth.Credential;
import dev.pgweir.proxy.auth.DelayedAuthenticator;
import dev.pgweir.proxy.auth.FailureDelays;
import dev.pgweir.proxy.auth.SourceNetwork;
import dev.pgweir.proxy.auth.ldap.LdapDirectories;
import dev.pgweir.proxy.authquery.AuthQueries;
import dev.pgweir.proxy.net.ClientAcceptor.UnixClient;
import dev.pgweir.proxy.net.UnixPeer;
import dev.pgweir.proxy.tls.TlsPeer;
import java.net.InetAddress;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides how a client has to prove who it is. For any thread. */
final class LoginMethods {
    private static final Logger LOG = LoggerFactory.getLogger(LoginMethods.class);

    private final ClientAuthenticators authenticators;
    private final AuthQueries queries;
    private final FailureDelays delays = new FailureDelays(System::nanoTime);
    private final LdapDirectories directories = new LdapDirectories();

    LoginMethods(ClientAuthenticators authenticators, AuthQueries queries) {
        this.authenticators = authenticators;
        this.queries = queries;
    }

    /**
     * The login of a client that has sent its startup packet.
     *
     * @param config the one in force, whenever it is asked for
     */
    ClientAuthenticator begin(
            ClientSession session, Supplier<ProxyConfig> config, String user, String database, ShownNames names) {
        if (session.unix() == null && session.remoteAddress() == null) {
            // The socket did not know its peer any more when it was accepted. Without an address it would look local.
            names.isKnown(false);
            return authenticators.reject("the client has left");
        }
        long delay = config.get().auth().failureDelay().toNanos();
        // Through a load balancer at a Unix socket that does not tell whom it speaks for there is none either.
        InetAddress address = session.unix() == null ? session.remoteAddress().getAddress() : null;
        return delay == 0 || address == null
                ? login(session, config.get(), user, database, names)
                : new DelayedAuthenticator(
                        // A reload during the wait counts: by the one before it may have been let in without a
                        // password.
                        () -> login(session, config.get(), user, database, names),
                        delays,
                        address,
                        user,
                        delay,
                        DelayedAuthenticator.timer(session.channel().eventLoop()));
    }

    /** By the rules of this configuration; log lines name the user from now on, if that is one it knows. */
    private ClientAuthenticator login(
            ClientSession session, ProxyConfig config, String user, String database, ShownNames names) {
        ClientAuthenticator login = byMethod(session, config, user, database, names);
        if (names.isOpen()) {
            names.isKnown(config.secretOf(user).isPresent());
        }
        return login;
    }

    private ClientAuthenticator byMethod(
            ClientSession session, ProxyConfig config, String user, String database, ShownNames names) {
        TlsPeer tls = session.tls();
        ClientAuthenticators makers = authenticators
                .withScramIterations(config.auth().scramIterations())
                .withChannelBinding(tls == null ? null : tls.endPoint());
        AuthType type = config.auth().authType();
        LdapOptions directory = config.auth().ldap();
        if (directory != null) {
            names.isKnown(true);
            return makers.ldap(user, directories.directory(directory));
        }
        if (type != AuthType.HBA) {
            AuthMethod method = AuthMethod.ofSetting(type.text()).orElseThrow();
            return lookedUp(
                    makers,
                    session,
                    config,
                    user,
                    database,
                    names,
                    method,
                    made(makers, method, session, user, user::equals));
        }
        boolean tcp = session.unix() == null;
        InetAddress from = tcp ? session.remoteAddress().getAddress() : null;
        if (tcp && from == null) {
            // It would count as local, with the rights of the load balancer's process.
            return makers.reject("the load balancer at the Unix socket does not tell where it comes from");
        }
        HbaRule rule = config.hba()
                .find(new HbaClient(
                        from, tls != null, database, user, session.replication().equals("physical")))
                .orElse(null);
        if (rule == null || rule.method() == HbaMethod.REJECT) {
            return makers.reject(
                    rule == null ? "no rule of auth_hba_file fits" : "line " + rule.line() + " of auth_hba_file");
        }
        Predicate<String> allowed = outside -> config.hba().allows(rule, outside, user);
        if (!hasCertificate(rule, tls, user)) {
            return makers.reject("line " + rule.line() + " of auth_hba_file asks for a client certificate ("
                    + rule.options().get("clientcert") + ")");
        }
        if (rule.method() == HbaMethod.LDAP) {
            names.isKnown(true);
            return makers.ldap(user, directories.directory(rule.ldap()));
        }
        AuthMethod method = method(rule.method());
        return lookedUp(
                makers, session, config, user, database, names, method, made(makers, method, session, user, allowed));
    }

    private static boolean hasCertificate(HbaRule rule, @Nullable TlsPeer tls, String user) {
        String wanted = rule.options().get("clientcert");
        if (wanted == null) {
            return true;
        }
        return tls != null && (wanted.equals("verify-ca") ? tls.subject() != null : user.equals(tls.commonName()));
    }

    private static AuthMethod method(HbaMethod method) {
        return switch (method) {
            case TRUST -> AuthMethod.TRUST;
            case PASSWORD -> AuthMethod.PLAIN;
            case MD5 -> AuthMethod.MD5;
            case SCRAM_SHA_256 -> AuthMethod.SCRAM_SHA_256;
            case PEER -> AuthMethod.PEER;
            case CERT -> AuthMethod.CERT;
            case REJECT, LDAP -> throw new IllegalArgumentException(method.text());
        };
    }

    private static Function<@Nullable Credential, ClientAuthenticator> made(
            ClientAuthenticators makers,
            AuthMethod method,
            ClientSession session,
            String user,
            Predicate<String> allowed) {
        UnixClient unix = session.unix();
        UnixPeer peer = unix == null ? null : unix.peer();
        if (method == AuthMethod.PEER && peer != null) {
            return known -> makers.peer(user, known, allowed, peer::userName);
        }
        TlsPeer tls = session.tls();
        return method == AuthMethod.CERT
                ? known -> makers.certificate(user, known, allowed, tls == null ? null : tls.commonName())
                : known -> makers.create(method, user, known);
    }

    /** With what the configuration knows of the user, or else PostgreSQL. */
    private ClientAuthenticator lookedUp(
            ClientAuthenticators makers,
            ClientSession session,
            ProxyConfig config,
            String user,
            String database,
            ShownNames names,
            AuthMethod method,
            Function<@Nullable Credential, ClientAuthenticator> login) {
        Credential known = config.secretOf(user)
                .map(secret -> parse(user, secret.reveal()))
                .orElse(null);
        AuthLookup wanted = known != null || method == AuthMethod.ANY
                ? null
                : config.authLookup(database).orElse(null);
        if (wanted == null) {
            names.isKnown(known != null || method == AuthMethod.ANY);
            return login.apply(known);
        }
        names.isLookedUp();
        SourceNetwork from = SourceNetwork.of(
                session.unix() == null ? session.remoteAddress().getAddress() : null);
        return makers.lookedUp(
                queries.lookup(session, from, wanted, database, user, session.loopIndex(), names::asks),
                found -> {
                    names.isKnown(found != null);
                    return method == AuthMethod.MD5 && (found == null || found instanceof Credential.None)
                            ? makers.withoutSecret(user, found)
                            : login.apply(found);
                },
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
