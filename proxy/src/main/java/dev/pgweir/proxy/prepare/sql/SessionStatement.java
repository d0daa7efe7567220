package dev.pgweir.proxy.prepare.sql;

/**
 * One statement that touches the session. Indices are absolute in the scanned ByteBuf. Immutable.
 *
 * @param kind what it does
 * @param name of PREPARE, EXECUTE and DEALLOCATE: the statement's name as PostgreSQL folds and cuts it, one character per
 *     byte (ISO_8859_1), so nothing is lost whatever the encoding; of SET and READING: the parameter in ASCII lower case
 *     (PostgreSQL compares parameters so), or empty if the text does not tell or it is about none; of the other kinds: empty
 * @param nameFrom the first byte of the identifier that {@code name} was read from, its quote included; -1 for all kinds
 *     but PREPARE, EXECUTE and DEALLOCATE
 * @param nameTo the byte behind that identifier; -1 where {@code nameFrom} is
 * @param from the statement's first byte; blanks and comments before it don't belong to it
 * @param to the byte behind its last one; the semicolon and blanks and comments before that don't belong to it. Where the
 *     statement's end lies beyond the bound of {@link SqlScanner}, the end of the text
 */
public record SessionStatement(Kind kind, String name, int nameFrom, int nameTo, int from, int to) {

    /** What a statement does to the session. */
    public enum Kind {
        /** {@code PREPARE name [(types)] AS ...}. */
        PREPARE,
        /** {@code EXECUTE name [(arguments)]}. */
        EXECUTE,
        /** {@code DEALLOCATE [PREPARE] name}. */
        DEALLOCATE,
        /** {@code DEALLOCATE [PREPARE] ALL}. */
        DEALLOCATE_ALL,
        /** {@code DISCARD ALL}, which includes DEALLOCATE ALL and RESET ALL. */
        DISCARD_ALL,
        /** A parameter is changed for the session: SET, RESET of one parameter, or a call of set_config. */
        SET,
        /** {@code RESET ALL}. */
        RESET_ALL,
        /**
         * From here to the end of the transaction texts may mean something else than they do for others: SET LOCAL of one of
         * {@link ReadingSettings}, or CREATE, ALTER and DROP, which nobody else sees before they are committed.
         */
        READING
    }
}
