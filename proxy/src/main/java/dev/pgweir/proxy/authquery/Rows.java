package dev.pgweir.proxy.authquery;

import dev.pgweir.protocol.message.backend.DataRow;
import dev.pgweir.proxy.auth.Credential;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the rows of an answer mean. A row stands for the user that was asked for and for nobody else: no row, a row without
 * a name and a row with another name all mean that there is no such user.
 */
final class Rows {
    private static final Logger LOG = LoggerFactory.getLogger(Rows.class);

    /** Longer than the age of anything; keeps the sum with a clock in range. */
    private static final double MAX_SECONDS = 1e9;

    /** What the views pg_user and pg_roles have for every user; as a password it would let everybody in. */
    private static final String HIDDEN = "********";

    private Rows() {}

    /**
     * What PostgreSQL knows of a user.
     *
     * @param credential null: there is no such user
     * @param validNanos for how long, from now; {@link Long#MAX_VALUE} where nothing is said
     */
    record Finding(@Nullable Credential credential, long validNanos) {
        static final Finding NOBODY = new Finding(null, Long.MAX_VALUE);
    }

    /**
     * Reads an answer.
     *
     * @throws IllegalArgumentException with what is wrong with the query, if it does not answer in this form
     */
    static Finding read(String user, List<DataRow> rows) {
        if (rows.isEmpty()) {
            return Finding.NOBODY;
        }
        List<@Nullable String> row = rows.get(0).values();
        if (row.size() != 2 && row.size() != 3) {
            throw new IllegalArgumentException("expected 2 columns from auth_query, not " + row.size());
        }
        if (rows.stream().anyMatch(other -> !other.equals(rows.get(0)))) {
            throw new IllegalArgumentException("expected 1 row from auth_query, not " + rows.size());
        }
        if (!user.equals(row.get(0))) {
            LOG.warn("auth_query answered for another user than it was asked for: that counts as no such user");
            return Finding.NOBODY;
        }
        return new Finding(credential(row.get(1)), row.size() == 3 ? nanos(row.get(2)) : Long.MAX_VALUE);
    }

    private static Credential credential(@Nullable String secret) {
        if (HIDDEN.equals(secret)) {
            LOG.warn("auth_query gave asterisks in place of a secret: pg_user shows nothing else, pg_shadow is meant");
            return new Credential.None();
        }
        try {
            return secret == null ? new Credential.None() : Credential.parse(secret);
        } catch (IllegalArgumentException e) {
            LOG.warn("auth_query gave a damaged secret: {}", e.getMessage());
            return new Credential.None();
        }
    }

    private static long nanos(@Nullable String seconds) {
        if (seconds == null) {
            return Long.MAX_VALUE;
        }
        try {
            return (long) (Math.max(0, Math.min(Double.parseDouble(seconds), MAX_SECONDS)) * 1e9);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the third column of auth_query is not a number of seconds", e);
        }
    }
}
