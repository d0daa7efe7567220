package dev.pgweir.proxy.metrics;

import dev.pgweir.config.ProxyConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the certificates expire that the configuration names. The files are read once for each configuration, as those who use
 * them do: a new file that nobody has been told of is not in use. One thread.
 */
final class CertificateMetrics {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateMetrics.class);

    /** The settings that name files with certificates. */
    static final List<String> SETTINGS =
            List.of("client_tls_cert_file", "client_tls_ca_file", "server_tls_cert_file", "server_tls_ca_file");

    private final Supplier<ProxyConfig> config;
    private @Nullable ProxyConfig seen;
    private Map<String, Long> expiries = Map.of();

    CertificateMetrics(Supplier<ProxyConfig> config) {
        this.config = config;
    }

    @SuppressWarnings("ReferenceEquality") // A reload is another object, whatever it says.
    void collect(Batch to) {
        ProxyConfig now = config.get();
        if (now != seen) {
            seen = now;
            expiries = read(now);
        }
        expiries.forEach(
                (setting, seconds) -> to.add(Family.TLS_CERTIFICATE_EXPIRY_TIMESTAMP_SECONDS, seconds, setting));
    }

    private static Map<String, Long> read(ProxyConfig config) {
        Map<String, Long> found = new TreeMap<>();
        for (String setting : SETTINGS) {
            String file = config.effective(setting);
            if (file != null && !file.isEmpty()) {
                try {
                    found.put(setting, firstExpiry(Path.of(file)));
                } catch (IOException | CertificateException e) {
                    LOG.warn("{}: when it expires is not known: {}", setting, e.getMessage());
                }
            }
        }
        return found;
    }

    /** Of a chain the first that expires makes all of it worthless. */
    private static long firstExpiry(Path file) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .mapToLong(CertificateMetrics::expiry)
                    .min()
                    .orElseThrow(() -> new CertificateException("no certificate in " + file));
        }
    }

    private static long expiry(Certificate certificate) {
        return ((X509Certificate) certificate).getNotAfter().toInstant().getEpochSecond();
    }
}
