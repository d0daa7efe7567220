package dev.pgweir.proxy.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cipher suite.
 *
 * @param openSsl its name in OpenSSL
 * @param standard its name in RFCs and in Java
 * @param exchange {@code ECDHE}, {@code DHE} or {@code RSA}; null in TLS 1.3
 * @param authentication {@code ECDSA} or {@code RSA}; null in TLS 1.3
 * @param encryption {@code AES128}, {@code AES256} or {@code CHACHA20}
 * @param mac {@code GCM} or {@code POLY1305}; or the hash of the older ones
 */
record Cipher(
        String openSsl,
        String standard,
        @Nullable String exchange,
        @Nullable String authentication,
        String encryption,
        String mac) {

    /** TLS 1.3: both names are the same. */
    static final List<Cipher> TLS13 = List.of(
            new Cipher("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", null, null, "AES256", "GCM"),
            new Cipher(
                    "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", null, null, "CHACHA20", "POLY1305"),
            new Cipher("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", null, null, "AES128", "GCM"));

    /** Up to TLS 1.2, the better ones first. */
    static final List<Cipher> OLDER = older();

    private static List<Cipher> older() {
        List<Cipher> all = new ArrayList<>();
        String[][] kinds = {
            {"AES256-GCM-SHA384", "AES_256_GCM_SHA384", "AES256", "GCM"},
            {"CHACHA20-POLY1305", "CHACHA20_POLY1305_SHA256", "CHACHA20", "POLY1305"},
            {"AES128-GCM-SHA256", "AES_128_GCM_SHA256", "AES128", "GCM"},
            {"AES256-SHA384", "AES_256_CBC_SHA384", "AES256", "SHA384"},
            {"AES256-SHA256", "AES_256_CBC_SHA256", "AES256", "SHA256"},
            {"AES128-SHA256", "AES_128_CBC_SHA256", "AES128", "SHA256"},
            {"AES256-SHA", "AES_256_CBC_SHA", "AES256", "SHA1"},
            {"AES128-SHA", "AES_128_CBC_SHA", "AES128", "SHA1"},
        };
        String[][] exchanges = {
            {"ECDHE-ECDSA-", "ECDHE_ECDSA", "ECDHE", "ECDSA"},
            {"ECDHE-RSA-", "ECDHE_RSA", "ECDHE", "RSA"},
            {"DHE-RSA-", "DHE_RSA", "DHE", "RSA"},
            {"", "RSA", "RSA", "RSA"},
        };
        for (String[] exchange : exchanges) {
            for (String[] kind : kinds) {
                all.add(new Cipher(
                        exchange[0] + kind[0],
                        "TLS_" + exchange[1] + "_WITH_" + kind[1],
                        exchange[2],
                        exchange[3],
                        kind[2],
                        kind[3]));
            }
        }
        return List.copyOf(all);
    }

    /** By either of its names. */
    static Optional<Cipher> named(String name) {
        return OLDER.stream()
                .filter(cipher -> cipher.openSsl.equalsIgnoreCase(name) || cipher.standard.equalsIgnoreCase(name))
                .findFirst();
    }

    /** OpenSSL's name for what Java calls {@code standard}; the same where there is none. */
    static String openSslName(String standard) {
        return named(standard).map(Cipher::openSsl).orElse(standard);
    }

    /** Whether one of OpenSSL's words for groups of ciphers means this one, among others; null if that is no such word. */
    @Nullable
    Boolean isOf(String word) {
        return switch (word) {
            case "ALL", "DEFAULT", "COMPLEMENTOFDEFAULT" -> true;
            case "HIGH" -> true;
            case "ECDHE", "EECDH", "KECDHE", "KEECDH", "ECDH" -> "ECDHE".equals(exchange);
            case "DHE", "EDH", "KDHE", "KEDH", "DH" -> "DHE".equals(exchange);
            case "RSA" -> "RSA".equals(exchange) || "RSA".equals(authentication);
            case "KRSA" -> "RSA".equals(exchange);
            case "ARSA" -> "RSA".equals(authentication);
            case "ECDSA", "AECDSA" -> "ECDSA".equals(authentication);
            case "AES" -> encryption.startsWith("AES");
            case "AES128", "AES256" -> encryption.equals(word);
            case "AESGCM" -> mac.equals("GCM");
            case "CHACHA20" -> encryption.equals(word);
            case "SHA", "SHA1" -> mac.equals("SHA1");
            case "SHA256", "SHA384" -> mac.equals(word);
            case "TLSV1.2" -> !mac.equals("SHA1");
            case "TLSV1", "TLSV1.0", "SSLV3" -> mac.equals("SHA1");
            // Words for what neither provider has.
            case "ANULL",
                    "ENULL",
                    "NULL",
                    "EXPORT",
                    "EXP",
                    "LOW",
                    "MEDIUM",
                    "MD5",
                    "DES",
                    "3DES",
                    "RC4",
                    "RC2",
                    "IDEA",
                    "SEED",
                    "CAMELLIA",
                    "ARIA",
                    "ARIAGCM",
                    "AESCCM",
                    "AESCCM8",
                    "PSK",
                    "KPSK",
                    "SRP",
                    "DSS",
                    "ADSS",
                    "ADH",
                    "AECDH",
                    "KRB5",
                    "GOST",
                    "AGOST",
                    "COMPLEMENTOFALL" -> false;
            default -> null;
        };
    }
}
