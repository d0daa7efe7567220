package dev.pgweir.config.value;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A password or a stored form of one (plain, {@code md5…}, {@code SCRAM-SHA-256$…}), kept as it was written.
 *
 * <p>What kind it is only the authentication code knows. {@link #toString()} never shows it, so a record that
 * contains one can be logged.
 */
public final class Secret {

    /** What stands in place of any secret in logs, messages and SHOW CONFIG. */
    public static final String REDACTED = "****";

    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    /** Wraps {@code text}, which may be empty. */
    public static Secret of(String text) {
        return new Secret(text);
    }

    /** The secret itself. Only for computing a proof of it. */
    public String reveal() {
        return text;
    }

    /** Compares in a time that does not depend on where the two differ. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret that
                && MessageDigest.isEqual(
                        text.getBytes(StandardCharsets.UTF_8), that.text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return REDACTED;
    }
}
