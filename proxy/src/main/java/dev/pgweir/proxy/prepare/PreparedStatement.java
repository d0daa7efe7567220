package dev.pgweir.proxy.prepare;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;

/**
 * A statement under the name that it has on every server. Immutable but for the figures; for any thread. There is one
 * object for all clients that prepared the same: see {@link StatementTable}.
 */
public final class PreparedStatement {
    /** What all names on servers begin with. Whatever a client calls a statement, it never gets there as it is. */
    public static final String PREFIX = "PGWEIR_";

    /** A name that no statement ever has: what refers to a client's unknown name is sent with it, for the true error. */
    public static final String NOWHERE = PREFIX + "0";

    /** How it is made on a server. */
    public enum Kind {
        /** By a Parse message: the definition is what follows the name there. */
        PARSE,
        /** By the SQL command PREPARE: the definition is what follows the name there. */
        SQL
    }

    private final long id;
    private final Definition definition;
    private final String name;
    private final LongAdder uses = new LongAdder();

    PreparedStatement(long id, Definition definition) {
        this.id = id;
        this.definition = definition;
        this.name = PREFIX + id;
    }

    /** The number in its name. */
    public long id() {
        return id;
    }

    /** Its name on servers; ASCII letters, digits and underscores only. */
    public String name() {
        return name;
    }

    Definition definition() {
        return definition;
    }

    /** How it is made. */
    public Kind kind() {
        return definition.kind();
    }

    /** Writes the text and what else is behind the name. */
    public void writeDefinition(ByteBuf out) {
        out.writeBytes(definition.bytes());
    }

    /** How many bytes {@link #writeDefinition} writes. */
    public int definitionLength() {
        return definition.bytes().length;
    }

    /** What executing it does beyond its result. */
    public Behaviour behaviour() {
        return definition.behaviour();
    }

    /** The text, for people: in UTF-8 as far as it is that. */
    public String text() {
        byte[] bytes = definition.bytes();
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** Counted at each Bind and each SQL EXECUTE, of all clients. */
    public LongAdder uses() {
        return uses;
    }

    @Override
    public String toString() {
        return name;
    }
}
