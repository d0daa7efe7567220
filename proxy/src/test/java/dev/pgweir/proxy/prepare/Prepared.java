package dev.pgweir.proxy.prepare;

import java.nio.charset.StandardCharsets;

/** Statements for tests. */
final class Prepared {
    private Prepared() {}

    /** As of a Parse message without parameter types, read by one kind of settings. */
    static PreparedStatement of(StatementTable table, String text) {
        return table.of(PreparedStatement.Kind.PARSE, definition(text), "settings", Behaviour.NONE);
    }

    /** What follows the name in Parse: the text, and no parameter types. */
    static byte[] definition(String text) {
        return (text + "\0\0\0").getBytes(StandardCharsets.UTF_8);
    }
}
