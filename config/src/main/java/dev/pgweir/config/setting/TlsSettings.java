package dev.pgweir.config.setting;

import dev.pgweir.config.value.SslMode;
import java.util.EnumSet;
import java.util.List;

/**
 * Encryption. This version has none, so a mode that promises it is refused rather than weakened, and the rest is read
 * with a warning.
 */
final class TlsSettings {

    private static final String NO_CLIENT_TLS = "this version cannot encrypt connections from clients yet";
    private static final String NO_SERVER_TLS = "this version cannot encrypt connections to servers yet";

    /** The modes under which a connection without encryption is what was asked for. */
    private static final EnumSet<SslMode> UNPROMISING = EnumSet.range(SslMode.DISABLE, SslMode.PREFER);

    static final SettingType<SslMode> SERVER_MODE = Types.choice(UNPROMISING, NO_SERVER_TLS);

    static final Setting<SslMode> CLIENT_TLS_SSLMODE = Setting.of(
                    "client_tls_sslmode",
                    Types.choice(UNPROMISING, NO_CLIENT_TLS),
                    SslMode.DISABLE,
                    "Whether clients may or must use TLS.")
            .without(NO_CLIENT_TLS);

    static final Setting<SslMode> SERVER_TLS_SSLMODE = Setting.of(
            "server_tls_sslmode",
            SERVER_MODE,
            SslMode.PREFER,
            "Whether servers may or must be reached by TLS; in this version none is.");

    static final SettingGroup GROUP = new SettingGroup(
            "TLS",
            List.of(
                    CLIENT_TLS_SSLMODE,
                    client("client_tls_key_file", Types.PATH, "", "Private key shown to clients."),
                    client("client_tls_cert_file", Types.PATH, "", "Certificate shown to clients."),
                    client("client_tls_ca_file", Types.PATH, "", "Authorities of client certificates."),
                    client("client_tls_protocols", Types.TEXT, "secure", "TLS versions towards clients."),
                    client("client_tls_ciphers", Types.TEXT, "default", "Ciphers up to TLS 1.2."),
                    client("client_tls13_ciphers", Types.TEXT, "", "Ciphers of TLS 1.3."),
                    client("client_tls_ecdhcurve", Types.TEXT, "auto", "Curve of the key exchange."),
                    client("client_tls_dheparams", Types.TEXT, "auto", "Parameters of the older key exchange."),
                    SERVER_TLS_SSLMODE,
                    server("server_tls_ca_file", Types.PATH, "", "Authorities of server certificates."),
                    server("server_tls_key_file", Types.PATH, "", "Private key shown to servers."),
                    server("server_tls_cert_file", Types.PATH, "", "Certificate shown to servers."),
                    server("server_tls_protocols", Types.TEXT, "secure", "TLS versions towards servers."),
                    server("server_tls_ciphers", Types.TEXT, "default", "Ciphers up to TLS 1.2."),
                    server("server_tls13_ciphers", Types.TEXT, "", "Ciphers of TLS 1.3.")));

    private TlsSettings() {}

    private static Setting<String> client(String name, SettingType<String> type, String value, String help) {
        return Setting.of(name, type, value, help).without(NO_CLIENT_TLS);
    }

    private static Setting<String> server(String name, SettingType<String> type, String value, String help) {
        return Setting.of(name, type, value, help).without(NO_SERVER_TLS);
    }
}
