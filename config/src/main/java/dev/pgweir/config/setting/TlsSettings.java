package dev.pgweir.config.setting;

import dev.pgweir.config.value.ChannelBindingUse;
import dev.pgweir.config.value.SslMode;
import dev.pgweir.config.value.SslNegotiation;
import java.util.List;

/** Encryption. */
final class TlsSettings {

    static final Setting<SslMode> CLIENT_TLS_SSLMODE = Setting.of(
            "client_tls_sslmode",
            Types.choice(SslMode.class),
            SslMode.DISABLE,
            "Whether clients may (allow, prefer) or must use TLS; verify-ca and verify-full ask them for a certificate.");
    static final Setting<String> CLIENT_TLS_KEY_FILE =
            Setting.of("client_tls_key_file", Types.PATH, "", "Private key shown to clients, PEM.");
    static final Setting<String> CLIENT_TLS_CERT_FILE = Setting.of(
            "client_tls_cert_file", Types.PATH, "", "Certificate shown to clients, PEM, its chain behind it.");
    static final Setting<String> CLIENT_TLS_CA_FILE = Setting.of(
            "client_tls_ca_file", Types.PATH, "", "Authorities of client certificates; none is asked for without it.");
    static final Setting<String> CLIENT_TLS_PROTOCOLS = Setting.of(
            "client_tls_protocols",
            Types.TEXT,
            "secure",
            "TLS versions towards clients: tlsv1.0 to tlsv1.3, secure (1.2 and 1.3), all, legacy.");
    static final Setting<String> CLIENT_TLS_CIPHERS = Setting.of(
            "client_tls_ciphers", Types.TEXT, "default", "Ciphers up to TLS 1.2, as OpenSSL writes lists of them.");
    static final Setting<String> CLIENT_TLS13_CIPHERS =
            Setting.of("client_tls13_ciphers", Types.TEXT, "", "Suites of TLS 1.3, separated by colons; else all.");
    static final Setting<String> CLIENT_TLS_ECDHCURVE = Setting.of(
            "client_tls_ecdhcurve", Types.TEXT, "auto", "Curve of the key exchange: its name, or auto, or none.");

    static final Setting<SslMode> SERVER_TLS_SSLMODE = Setting.of(
            "server_tls_sslmode",
            Types.choice(SslMode.class),
            SslMode.PREFER,
            "Whether servers may (allow, prefer) or must be reached by TLS; verify-* check them; Unix sockets go without.");
    static final Setting<String> SERVER_TLS_CA_FILE = Setting.of(
            "server_tls_ca_file",
            Types.PATH,
            "",
            "Authorities of server certificates; else those of the Java runtime.");
    static final Setting<String> SERVER_TLS_KEY_FILE =
            Setting.of("server_tls_key_file", Types.PATH, "", "Private key shown to servers, PEM.");
    static final Setting<String> SERVER_TLS_CERT_FILE = Setting.of(
            "server_tls_cert_file", Types.PATH, "", "Certificate shown to servers, PEM, its chain behind it.");
    static final Setting<String> SERVER_TLS_PROTOCOLS =
            Setting.of("server_tls_protocols", Types.TEXT, "secure", "TLS versions towards servers.");
    static final Setting<String> SERVER_TLS_CIPHERS =
            Setting.of("server_tls_ciphers", Types.TEXT, "default", "Ciphers up to TLS 1.2.");
    static final Setting<String> SERVER_TLS13_CIPHERS =
            Setting.of("server_tls13_ciphers", Types.TEXT, "", "Suites of TLS 1.3.");
    static final Setting<SslNegotiation> SERVER_TLS_SSLNEGOTIATION = Setting.of(
            "server_tls_sslnegotiation",
            Types.choice(SslNegotiation.class),
            SslNegotiation.POSTGRES,
            "How TLS begins; direct saves a round trip, needs PostgreSQL 17, and never goes on without TLS.");
    static final Setting<ChannelBindingUse> SERVER_CHANNEL_BINDING = Setting.of(
            "server_channel_binding",
            Types.choice(ChannelBindingUse.class),
            ChannelBindingUse.PREFER,
            "Whether SCRAM logins to servers are bound to their TLS connection.");

    static final SettingGroup GROUP = new SettingGroup(
            "TLS",
            List.of(
                    CLIENT_TLS_SSLMODE,
                    CLIENT_TLS_KEY_FILE,
                    CLIENT_TLS_CERT_FILE,
                    CLIENT_TLS_CA_FILE,
                    CLIENT_TLS_PROTOCOLS,
                    CLIENT_TLS_CIPHERS,
                    CLIENT_TLS13_CIPHERS,
                    CLIENT_TLS_ECDHCURVE,
                    Setting.of("client_tls_dheparams", Types.TEXT, "auto", "Parameters of the older key exchange.")
                            .without("BoringSSL has only the one on elliptic curves, and the JDK knows its parameters"),
                    SERVER_TLS_SSLMODE,
                    SERVER_TLS_CA_FILE,
                    SERVER_TLS_KEY_FILE,
                    SERVER_TLS_CERT_FILE,
                    SERVER_TLS_PROTOCOLS,
                    SERVER_TLS_CIPHERS,
                    SERVER_TLS13_CIPHERS,
                    SERVER_TLS_SSLNEGOTIATION,
                    SERVER_CHANNEL_BINDING));

    private TlsSettings() {}
}
