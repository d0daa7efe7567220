package dev.pgweir.proxy.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The values of {@code *_tls_ciphers} and {@code *_tls13_ciphers}: OpenSSL's lists (its manual, ciphers(1)), which
 * neither BoringSSL through Netty nor the JDK take as they are.
 */
final class CipherList {
    private final String setting;
    private final String text;
    private final List<Cipher> available;
    private final List<Cipher> chosen = new ArrayList<>();
    private final List<Cipher> barred = new ArrayList<>();

    private CipherList(String setting, String text, List<Cipher> available) {
        this.setting = setting;
        this.text = text;
        this.available = available;
    }

    /**
     * Ciphers up to TLS 1.2.
     *
     * @param isAvailable whether the provider has the one of that standard name
     * @return standard names, the preferred one first; null: the provider's own choice
     */
    static @Nullable List<String> older(String setting, String text, Predicate<String> isAvailable)
            throws TlsException {
        List<Cipher> available = Cipher.OLDER.stream()
                .filter(cipher -> isAvailable.test(cipher.standard()))
                .toList();
        return switch (text.toLowerCase(Locale.ROOT)) {
            // PgBouncer's words; the first four mean whatever the library takes for good.
            case "", "default", "secure", "fast", "normal" -> null;
            case "all", "insecure", "compat", "legacy" ->
                available.stream().map(Cipher::standard).toList();
            default -> new CipherList(setting, text, available).parse();
        };
    }

    /** Suites of TLS 1.3 by their names; null: all. */
    static @Nullable List<String> tls13(String setting, String text) throws TlsException {
        if (text.isBlank()) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (String item : text.strip().split("[:, ]+", -1)) {
            if (Cipher.TLS13.stream().noneMatch(cipher -> cipher.standard().equals(item))) {
                throw new TlsException(
                        setting,
                        "failed to set the TLSv1.3 cipher suites: " + text + ", accepted: "
                                + String.join(
                                        ":",
                                        Cipher.TLS13.stream()
                                                .map(Cipher::standard)
                                                .toList()));
            }
            names.add(item);
        }
        return names;
    }

    private List<String> parse() throws TlsException {
        for (String item : text.split("[:, ]+", -1)) {
            if (!item.isEmpty() && !item.startsWith("@")) {
                apply(item);
            }
        }
        if (chosen.isEmpty()) {
            throw new TlsException(setting, "invalid " + setting + ": " + text + " leaves no cipher");
        }
        return chosen.stream().map(Cipher::standard).toList();
    }

    /** {@code !} for never, {@code -} for not now, {@code +} for to the end, as in OpenSSL. */
    private void apply(String item) throws TlsException {
        char sign = item.charAt(0);
        boolean signed = sign == '!' || sign == '-' || sign == '+';
        List<Cipher> meant = matching(signed ? item.substring(1) : item);
        if (sign == '!') {
            barred.addAll(meant);
            chosen.removeAll(meant);
        } else if (sign == '-') {
            chosen.removeAll(meant);
        } else if (sign == '+') {
            List<Cipher> moved = chosen.stream().filter(meant::contains).toList();
            chosen.removeAll(moved);
            chosen.addAll(moved);
        } else {
            meant.stream()
                    .filter(cipher -> !chosen.contains(cipher) && !barred.contains(cipher))
                    .forEach(chosen::add);
        }
    }

    private List<Cipher> matching(String words) throws TlsException {
        Cipher one = Cipher.named(words).orElse(null);
        if (one != null) {
            return available.contains(one) ? List.of(one) : List.of();
        }
        List<Cipher> found = new ArrayList<>(available);
        for (String word : words.toUpperCase(Locale.ROOT).split("\\+", -1)) {
            if (Cipher.OLDER.get(0).isOf(word) == null) {
                throw new TlsException(
                        setting, "invalid " + setting + ": " + text + ": there is no cipher \"" + words + '"');
            }
            found.removeIf(cipher -> !Boolean.TRUE.equals(cipher.isOf(word)));
        }
        return found;
    }
}
