package dev.pgweir.proxy.prepare;

import org.jspecify.annotations.Nullable;

/**
 * What a prepared statement does to prepared statements or to the session when it is executed: one that was parsed from
 * the SQL command PREPARE, EXECUTE, DEALLOCATE, DISCARD or RESET.
 *
 * @param name the client's name for the statement it is about, or the setting; empty where it is about all of them
 * @param end how many characters of the text that PostgreSQL has come before or are in the name
 * @param longer how many there are more than in the client's text, up to there
 * @param target what the name stands for in the text that PostgreSQL has been given; null if for nothing
 */
public record SqlCommand(
        Kind kind,
        String name,
        int end,
        int longer,
        @Nullable PreparedStatement target) {
    /** The commands. */
    public enum Kind {
        PREPARE,
        EXECUTE,
        DEALLOCATE,
        DEALLOCATE_ALL,
        DISCARD_ALL,
        /** RESET of one setting, or of all with the empty name. */
        RESET
    }
}
