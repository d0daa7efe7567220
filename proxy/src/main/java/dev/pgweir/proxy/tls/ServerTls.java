package dev.pgweir.proxy.tls;

import dev.pgweir.config.TlsConfig;
import dev.pgweir.config.value.SslMode;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** TLS towards servers, as one configuration has it. Immutable, for any thread. */
public final class ServerTls {
    private static final String PREFIX = "server_tls";

    private final @Nullable SslContext unverified;
    private final @Nullable SslContext verifying;
    private final Executor tasks;
    private final Handshakes handshakes;

    private ServerTls(
            @Nullable SslContext unverified, @Nullable SslContext verifying, Executor tasks, Handshakes handshakes) {
        this.unverified = unverified;
        this.verifying = verifying;
        this.tasks = tasks;
        this.handshakes = handshakes;
    }

    /**
     * Reads the files; blocks.
     *
     * @param modes those that some database has
     * @param handshakes counts those that are made
     */
    static ServerTls of(
            TlsConfig.Side side, Set<SslMode> modes, TlsEngine engine, Executor tasks, Handshakes handshakes)
            throws TlsException {
        if (side.keyFile().isEmpty() != side.certFile().isEmpty()) {
            String missing = PREFIX + (side.keyFile().isEmpty() ? "_key_file" : "_cert_file");
            throw new TlsException(
                    missing, "server_tls_key_file and server_tls_cert_file go together: set both, or none");
        }
        TlsMaterial material = TlsMaterial.load(PREFIX, side);
        TlsEngine fitting = engine.fit(PREFIX + "_key_file", material.key());
        boolean anyVerifies = modes.stream().anyMatch(mode -> mode.compareTo(SslMode.VERIFY_CA) >= 0);
        boolean anyDoesNot = modes.stream()
                .anyMatch(mode -> mode.compareTo(SslMode.DISABLE) > 0 && mode.compareTo(SslMode.VERIFY_CA) < 0);
        SslContext verifying = null;
        if (anyVerifies) {
            SslContextBuilder builder = builder(material);
            if (!material.authorities().isEmpty()) {
                builder.trustManager(material.authorities());
            }
            verifying = build(side, fitting, builder);
        }
        SslContext unverified = !anyDoesNot
                ? null
                : build(side, fitting, builder(material).trustManager(InsecureTrustManagerFactory.INSTANCE));
        return new ServerTls(unverified, verifying, tasks, handshakes);
    }

    private static SslContext build(TlsConfig.Side side, TlsEngine engine, SslContextBuilder builder)
            throws TlsException {
        SslContext context = Contexts.build(PREFIX, side, engine, builder);
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            // A resumed session is not checked again, and would be good for verify-full though it was begun in
            // verify-ca,
            // which looks at no name. PostgreSQL resumes none, so nothing is lost; the JDK sees to it by itself.
            sessions.setSessionCacheEnabled(false);
        }
        return context;
    }

    private static SslContextBuilder builder(TlsMaterial material) {
        // Whether the name counts is said for each connection.
        SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm(null);
        return material.key() == null ? builder : builder.keyManager(material.key(), material.chain());
    }

    /** Whether connections can be made in this mode. */
    public boolean has(SslMode mode) {
        return (mode.compareTo(SslMode.VERIFY_CA) >= 0 ? verifying : unverified) != null;
    }

    /**
     * The handler for one connection; the handshake begins when it has been added. Its time limit is the caller's.
     *
     * @param mode neither disable nor one that was not named when this was made
     * @param host whose name is sent (SNI) and, in verify-full, checked
     */
    public SslHandler handler(ByteBufAllocator allocator, SslMode mode, String host, int port) {
        SslContext context = mode.compareTo(SslMode.VERIFY_CA) >= 0 ? verifying : unverified;
        if (context == null) {
            throw new IllegalStateException("no context for server_tls_sslmode " + mode.text());
        }
        SslHandler handler = context.newHandler(allocator, host, port, tasks);
        if (mode == SslMode.VERIFY_FULL) {
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            handler.engine().setSSLParameters(parameters);
        }
        handler.setHandshakeTimeoutMillis(0);
        handshakes.count(handler);
        return handler;
    }

    /** What a finished handshake has shown. */
    public static TlsPeer peer(SslHandler handler, SslMode mode) {
        X509Certificate certificate = Contexts.certificate(handler.engine().getSession());
        return Contexts.peer(
                handler,
                mode.compareTo(SslMode.VERIFY_CA) >= 0,
                certificate == null ? null : EndPointHash.of(certificate));
    }

    /** Whether both sides have agreed on PostgreSQL's protocol. */
    public static boolean agreedOnProtocol(SslHandler handler) {
        return ClientTls.agreedOnProtocol(handler);
    }
}
