package dev.pgweir.proxy.tls;

import dev.pgweir.config.TlsConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both sides have in common: versions, ciphers, curve and ALPN of a context, and reading a finished handshake. */
final class Contexts {
    /** RFC 7301's name for PostgreSQL's protocol, as registered with IANA. */
    static final String ALPN = "postgresql";

    private static final Logger LOG = LoggerFactory.getLogger(Contexts.class);

    private Contexts() {}

    /** Completes and builds. */
    static SslContext build(String prefix, TlsConfig.Side side, TlsEngine wanted, SslContextBuilder builder)
            throws TlsException {
        List<String> tls13 = CipherList.tls13(prefix + "13_ciphers", side.tls13Ciphers());
        TlsEngine engine = wanted.fit(prefix + "13_ciphers", tls13);
        List<String> older = CipherList.older(prefix + "_ciphers", side.ciphers(), engine::has);
        builder.sslProvider(engine.provider())
                .protocols(Protocols.parse(prefix + "_protocols", side.protocols()))
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        // The only two that OpenSSL has: whoever needs the protocol looks at what was agreed on.
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ALPN));
        if (older != null || tls13 != null) {
            List<String> all = new ArrayList<>(tls13 != null ? tls13 : names(Cipher.TLS13, engine));
            all.addAll(older != null ? older : names(Cipher.OLDER, engine));
            builder.ciphers(all);
        }
        setCurve(prefix, side.curve(), engine, builder);
        try {
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new TlsException(prefix + "_cert_file", reason(e), e);
        }
    }

    private static List<String> names(List<Cipher> ciphers, TlsEngine engine) {
        return ciphers.stream().map(Cipher::standard).filter(engine::has).toList();
    }

    private static void setCurve(String prefix, String curve, TlsEngine engine, SslContextBuilder builder) {
        if (curve.isEmpty() || curve.equals("auto") || curve.equals("none")) {
            return;
        }
        if (engine == TlsEngine.OPENSSL) {
            builder.option(OpenSslContextOption.GROUPS, new String[] {curve});
        } else {
            LOG.warn("{}_ecdhcurve has no effect: the JDK takes it from its property jdk.tls.namedGroups", prefix);
        }
    }

    /** What a finished handshake says of the other end. */
    static TlsPeer peer(SslHandler handler, boolean verified, byte @Nullable [] endPoint) {
        SSLSession session = handler.engine().getSession();
        String info = session.getProtocol() + "/" + Cipher.openSslName(session.getCipherSuite());
        X509Certificate certificate = certificate(session);
        return new TlsPeer(info, certificate, verified && certificate != null, endPoint);
    }

    static @Nullable X509Certificate certificate(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate first ? first : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    /** What went wrong, in one line: the innermost text, which is the one that says something. */
    static String reason(Throwable failure) {
        if (failure instanceof NotSslRecordException || failure.getCause() instanceof NotSslRecordException) {
            // Its own text repeats what came, which may be a password that was meant for an encrypted connection.
            return "not an SSL/TLS record";
        }
        Throwable last = failure;
        boolean unverified = false;
        // Chains of causes are short; the bound is for one that bites its tail.
        for (int i = 0; i < 10 && last.getCause() != null; i++) {
            last = last.getCause();
            unverified |= last instanceof CertPathBuilderException || last instanceof CertPathValidatorException;
        }
        String text = last.getMessage();
        if (text == null || text.isBlank()) {
            text = failure.getMessage() == null ? last.getClass().getSimpleName() : failure.getMessage();
        }
        String line = text.lines().findFirst().orElse(text);
        // Parts of it may be the other side's.
        String shown = line.length() > 300 ? line.substring(0, 300) : line;
        // OpenSSL's words, for which people look.
        return (unverified ? "certificate verify failed: " : "") + shown.replaceAll("\\p{Cntrl}", "?");
    }
}
