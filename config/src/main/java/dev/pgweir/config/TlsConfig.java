package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.SslMode;

/**
 * Encryption.
 *
 * @param client towards clients
 * @param server towards servers, where the database does not say otherwise
 */
public record TlsConfig(Side client, Side server) {

    /**
     * One side.
     *
     * @param sslMode whether TLS may or must be used, and what is asked of the other side's certificate
     * @param keyFile private key, PEM; empty: none
     * @param certFile certificate that belongs to it, PEM, with those between it and its authority behind it; empty: none
     * @param caFile certificates of authorities, PEM; empty: those of the Java runtime
     * @param protocols versions
     * @param ciphers up to TLS 1.2, as OpenSSL writes them
     * @param tls13Ciphers of TLS 1.3; empty: all
     * @param curve of the key exchange: a name, {@code auto}, or {@code none}
     */
    public record Side(
            SslMode sslMode,
            String keyFile,
            String certFile,
            String caFile,
            String protocols,
            String ciphers,
            String tls13Ciphers,
            String curve) {

        /** Whether the other side's certificate is asked for and checked. */
        public boolean verifies() {
            return sslMode.compareTo(SslMode.VERIFY_CA) >= 0;
        }
    }

    static TlsConfig from(SettingValues values) {
        Side client = new Side(
                values.get(Settings.CLIENT_TLS_SSLMODE),
                values.get(Settings.CLIENT_TLS_KEY_FILE),
                values.get(Settings.CLIENT_TLS_CERT_FILE),
                values.get(Settings.CLIENT_TLS_CA_FILE),
                values.get(Settings.CLIENT_TLS_PROTOCOLS),
                values.get(Settings.CLIENT_TLS_CIPHERS),
                values.get(Settings.CLIENT_TLS13_CIPHERS),
                values.get(Settings.CLIENT_TLS_ECDHCURVE));
        Side server = new Side(
                values.get(Settings.SERVER_TLS_SSLMODE),
                values.get(Settings.SERVER_TLS_KEY_FILE),
                values.get(Settings.SERVER_TLS_CERT_FILE),
                values.get(Settings.SERVER_TLS_CA_FILE),
                values.get(Settings.SERVER_TLS_PROTOCOLS),
                values.get(Settings.SERVER_TLS_CIPHERS),
                values.get(Settings.SERVER_TLS13_CIPHERS),
                "auto");
        return new TlsConfig(client, server);
    }
}
