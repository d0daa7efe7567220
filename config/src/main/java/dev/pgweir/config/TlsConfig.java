package dev.pgweir.config;

import dev.pgweir.config.setting.SettingValues;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.config.value.SslMode;

/**
 * Encryption. This version has none: the modes that would promise it are refused when read.
 *
 * @param clientTlsSslmode {@code client_tls_sslmode}: towards clients
 * @param serverTlsSslmode {@code server_tls_sslmode}: towards servers, where the database does not say otherwise
 */
public record TlsConfig(SslMode clientTlsSslmode, SslMode serverTlsSslmode) {

    static TlsConfig from(SettingValues values) {
        return new TlsConfig(values.get(Settings.CLIENT_TLS_SSLMODE), values.get(Settings.SERVER_TLS_SSLMODE));
    }
}
