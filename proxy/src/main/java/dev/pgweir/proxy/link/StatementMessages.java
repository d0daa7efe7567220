package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.message.MessageWriter;
import dev.pgweir.protocol.message.frontend.PreparedKind;
import dev.pgweir.proxy.prepare.PreparedStatement;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Writes messages about prepared statements. Names are strings of one char a byte, so that a client's name in any
 * encoding stays what it is.
 */
final class StatementMessages {
    /** Length field and the terminator of the name. */
    private static final int LENGTH_AND_NUL = Integer.BYTES + 1;

    private StatementMessages() {}

    /** A whole Parse. */
    static void parse(ByteBuf out, PreparedStatement statement) {
        parseHeader(out, statement.name(), statement.definitionLength());
        statement.writeDefinition(out);
    }

    /** A whole Parse of the unnamed statement. */
    static void parseUnnamed(ByteBuf out, byte[] definition) {
        parseHeader(out, "", definition.length);
        out.writeBytes(definition);
    }

    /** A whole Parse of the empty query, which PostgreSQL always accepts. */
    static void parseEmpty(ByteBuf out, String name) {
        parseHeader(out, name, 1 + Short.BYTES);
        out.writeByte(0).writeShort(0);
    }

    /** The beginning of a Parse, up to its text. */
    static void parseHeader(ByteBuf out, String name, int definitionLength) {
        out.writeByte(FrontendMessageType.PARSE);
        out.writeInt(LENGTH_AND_NUL + name.length() + definitionLength);
        string(out, name);
    }

    /** The beginning of a Bind, up to its parameters. */
    static void bindHeader(ByteBuf out, ByteBuf portal, String statement, int restLength) {
        out.writeByte(FrontendMessageType.BIND);
        out.writeInt(LENGTH_AND_NUL + portal.readableBytes() + statement.length() + 1 + restLength);
        out.writeBytes(portal);
        out.writeByte(0);
        string(out, statement);
    }

    static void describe(ByteBuf out, String statement) {
        about(out, FrontendMessageType.DESCRIBE, PreparedKind.STATEMENT, statement);
    }

    static void close(ByteBuf out, PreparedKind kind, String name) {
        about(out, FrontendMessageType.CLOSE, kind, name);
    }

    private static void about(ByteBuf out, byte type, PreparedKind kind, String name) {
        out.writeByte(type);
        out.writeInt(LENGTH_AND_NUL + 1 + name.length());
        out.writeByte(kind.code());
        string(out, name);
    }

    /** A Bind without parameters, and an Execute without a limit. */
    static void bindAndExecute(ByteBuf out, String portal, String statement) {
        new MessageWriter(out)
                .begin(FrontendMessageType.BIND)
                .cstring(portal)
                .cstring(statement)
                .int16(0)
                .int16(0)
                .int16(0)
                .end();
        new MessageWriter(out)
                .begin(FrontendMessageType.EXECUTE)
                .cstring(portal)
                .int32(0)
                .end();
    }

    /** The text of the SQL command that makes the statement, without a terminator. */
    static void sqlPrepare(ByteBuf out, PreparedStatement statement) {
        ascii(out, "PREPARE \"");
        ascii(out, statement.name());
        ascii(out, "\"");
        statement.writeDefinition(out);
    }

    /** How many bytes {@link #sqlPrepare} writes. */
    static int sqlPrepareLength(PreparedStatement statement) {
        return "PREPARE \"\"".length() + statement.name().length() + statement.definitionLength();
    }

    private static void string(ByteBuf out, String text) {
        ascii(out, text);
        out.writeByte(0);
    }

    static void ascii(ByteBuf out, String text) {
        out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    }
}
