package dev.pgweir.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.interfaces.EdECKey;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who does TLS. For any thread; asking for the first time loads a library. */
enum TlsEngine {
    /** BoringSSL: about three times as fast, and without Java's garbage. */
    OPENSSL(SslProvider.OPENSSL),
    /** The JDK, where that does not load, and for what BoringSSL cannot be told. */
    JDK(SslProvider.JDK);

    private static final Logger LOG = LoggerFactory.getLogger(TlsEngine.class);

    private final SslProvider provider;

    TlsEngine(SslProvider provider) {
        this.provider = provider;
    }

    SslProvider provider() {
        return provider;
    }

    /** The one for everything that does not need a particular one; says in the log which it is. */
    static TlsEngine detect() {
        if (OpenSsl.isAvailable()) {
            LOG.info("TLS by {}", OpenSsl.versionString());
            return OPENSSL;
        }
        Throwable cause = OpenSsl.unavailabilityCause();
        LOG.warn("TLS by the JDK, because OpenSSL could not be loaded: {}", cause == null ? "?" : cause.getMessage());
        return jdk();
    }

    /** @param tls13 the suites of TLS 1.3 that are asked for; BoringSSL cannot leave one out */
    TlsEngine fit(String setting, @Nullable List<String> tls13) {
        if (this == JDK || tls13 == null || Set.copyOf(tls13).size() == Cipher.TLS13.size()) {
            return this;
        }
        LOG.info("{}: TLS by the JDK here, because BoringSSL cannot leave out a suite of TLS 1.3", setting);
        return jdk();
    }

    /** @param key of the own certificate; null if there is none */
    TlsEngine fit(String setting, @Nullable PrivateKey key) {
        if (this == JDK || !(key instanceof EdECKey)) {
            return this;
        }
        LOG.info("{}: TLS by the JDK here, because BoringSSL does not sign by Ed25519", setting);
        return jdk();
    }

    private static TlsEngine jdk() {
        // A client that has the key exchange repeated keeps a processor busy; TLS 1.3 knows no such thing.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        return JDK;
    }

    /** Whether it has the cipher of that standard name. */
    boolean has(String standardName) {
        if (this == OPENSSL) {
            return OpenSsl.isCipherSuiteAvailable(standardName);
        }
        try {
            return List.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites())
                    .contains(standardName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no TLS", e);
        }
    }
}
