package dev.pgweir.proxy.it.scripts;

import dev.pgweir.proxy.testing.WireBytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One message of a script. */
final class Step {

    private final StepKind kind;
    private final String text;
    private final byte[] bytes;

    private Step(StepKind kind, String text, byte[] bytes) {
        this.kind = kind;
        this.text = text;
        this.bytes = bytes;
    }

    /** With type OIDs for the first parameters; 0 leaves one open. */
    static Step parse(String statement, String sql, List<Integer> types) {
        byte[] encoded = WireBytes.bytes(types.toArray());
        return new Step(
                StepKind.PARSE,
                "Parse " + quoted(statement) + (types.isEmpty() ? "" : " types " + types) + ": " + sql,
                WireBytes.message('P', statement, sql, (short) types.size(), encoded));
    }

    /** Values as text, null for NULL; results as text or all binary. */
    static Step bind(String portal, String statement, List<@Nullable String> values, boolean binaryResults) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        for (String value : values) {
            byte[] one = value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8);
            encoded.writeBytes(WireBytes.bytes(value == null ? -1 : one.length, one));
        }
        byte[] formats = binaryResults ? WireBytes.bytes((short) 1, (short) 1) : WireBytes.bytes((short) 0);
        return new Step(
                StepKind.BIND,
                "Bind " + quoted(portal) + " to " + quoted(statement) + (values.isEmpty() ? "" : " values " + values)
                        + (binaryResults ? " binary" : ""),
                WireBytes.message(
                        'B', portal, statement, (short) 0, (short) values.size(), encoded.toByteArray(), formats));
    }

    static Step describeStatement(String name) {
        return new Step(StepKind.DESCRIBE, "Describe statement " + quoted(name), WireBytes.describe('S', name));
    }

    static Step describePortal(String name) {
        return new Step(StepKind.DESCRIBE, "Describe portal " + quoted(name), WireBytes.describe('P', name));
    }

    static Step execute(String portal, int rows) {
        return new Step(
                StepKind.EXECUTE,
                "Execute " + quoted(portal) + (rows == 0 ? "" : " rows " + rows),
                WireBytes.execute(portal, rows));
    }

    static Step closeStatement(String name) {
        return new Step(StepKind.CLOSE, "Close statement " + quoted(name), WireBytes.close('S', name));
    }

    static Step closePortal(String name) {
        return new Step(StepKind.CLOSE, "Close portal " + quoted(name), WireBytes.close('P', name));
    }

    static Step flush() {
        return new Step(StepKind.FLUSH, "Flush", WireBytes.flush());
    }

    static Step sync() {
        return new Step(StepKind.SYNC, "Sync", WireBytes.sync());
    }

    static Step query(String sql) {
        return new Step(StepKind.QUERY, "Query " + sql, WireBytes.query(sql));
    }

    /** True for Execute and Describe of the unnamed portal. */
    boolean usesUnnamedPortal() {
        return text.startsWith("Execute \"\"") || text.startsWith("Describe portal \"\"");
    }

    /** True for Bind of the unnamed portal. */
    boolean bindsUnnamedPortal() {
        return text.startsWith("Bind \"\"");
    }

    StepKind kind() {
        return kind;
    }

    /** Not a copy. */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return text;
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }
}
