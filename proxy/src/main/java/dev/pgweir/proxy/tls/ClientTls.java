package dev.pgweir.proxy.tls;

import dev.pgweir.config.TlsConfig;
import dev.pgweir.config.value.SslMode;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.security.PrivateKey;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** TLS towards clients, as one configuration has it. Immutable, for any thread. */
public final class ClientTls {
    private static final String PREFIX = "client_tls";

    private final SslMode mode;
    private final SslContext context;
    private final Executor tasks;
    private final byte @Nullable [] endPoint;
    private final boolean verifies;
    private final Handshakes handshakes;

    private ClientTls(
            SslMode mode,
            SslContext context,
            Executor tasks,
            byte @Nullable [] endPoint,
            boolean verifies,
            Handshakes handshakes) {
        this.mode = mode;
        this.context = context;
        this.tasks = tasks;
        this.endPoint = endPoint;
        this.verifies = verifies;
        this.handshakes = handshakes;
    }

    /**
     * Reads the files; blocks.
     *
     * @param handshakes counts those that are made
     * @return null where TLS is switched off
     */
    static @Nullable ClientTls of(TlsConfig.Side side, TlsEngine engine, Executor tasks, Handshakes handshakes)
            throws TlsException {
        if (side.sslMode() == SslMode.DISABLE) {
            return null;
        }
        String missing =
                side.keyFile().isEmpty() ? "_key_file" : side.certFile().isEmpty() ? "_cert_file" : null;
        if (missing != null) {
            throw new TlsException(
                    PREFIX + missing,
                    "To allow TLS connections from clients, client_tls_key_file and client_tls_cert_file must be set."
                            + " The command \"pgweir certificate\" makes both for local use");
        }
        if (side.verifies() && side.caFile().isEmpty()) {
            throw new TlsException(PREFIX + "_ca_file", "client_tls_sslmode requires client_tls_ca_file");
        }
        TlsMaterial material = TlsMaterial.load(PREFIX, side);
        PrivateKey key = Objects.requireNonNull(material.key());
        SslContextBuilder builder = SslContextBuilder.forServer(key, material.chain());
        boolean verifies = !material.authorities().isEmpty();
        if (verifies) {
            // As PgBouncer: whoever shows a certificate shows a good one, even where none is asked for.
            builder.trustManager(material.authorities())
                    .clientAuth(side.verifies() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL);
        }
        return new ClientTls(
                side.sslMode(),
                Contexts.build(PREFIX, side, engine.fit(PREFIX + "_key_file", key), builder),
                tasks,
                EndPointHash.of(material.chain().get(0)),
                verifies,
                handshakes);
    }

    /** Whether clients must use it. */
    public boolean isRequired() {
        return mode.compareTo(SslMode.REQUIRE) >= 0;
    }

    /** The handler for one connection; the handshake begins when it has been added. Its time limit is the caller's. */
    public SslHandler handler(ByteBufAllocator allocator) {
        SslHandler handler = context.newHandler(allocator, tasks);
        handler.setHandshakeTimeoutMillis(0);
        handshakes.count(handler);
        return handler;
    }

    /** What a finished handshake has shown. */
    public TlsPeer peer(SslHandler handler) {
        return Contexts.peer(handler, verifies, endPoint);
    }

    /** Whether both sides have agreed on PostgreSQL's protocol, as a handshake without a question before it has to. */
    public static boolean agreedOnProtocol(SslHandler handler) {
        return Contexts.ALPN.equals(handler.applicationProtocol());
    }
}
