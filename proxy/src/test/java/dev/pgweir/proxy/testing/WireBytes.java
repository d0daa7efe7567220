package dev.pgweir.proxy.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Messages of the client as bytes, by hand: PostgreSQL's documentation, chapter "Message Formats". */
public final class WireBytes {

    /** Protocol 3.0. */
    public static final int VERSION_3_0 = 3 << 16;

    private static final int CANCEL_REQUEST = 80877102;
    private static final int SSL_REQUEST = 80877103;
    private static final int GSSENC_REQUEST = 80877104;

    private WireBytes() {}

    /** Puts parts together: Integer as 4 bytes, Short as 2, Byte as 1, String with its zero, byte[] as it is. */
    public static byte[] bytes(Object... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof Integer value) {
                out.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
            } else if (part instanceof Short value) {
                out.writeBytes(ByteBuffer.allocate(2).putShort(value).array());
            } else if (part instanceof Byte value) {
                out.write(value);
            } else if (part instanceof String value) {
                out.writeBytes(value.getBytes(StandardCharsets.UTF_8));
                out.write(0);
            } else if (part instanceof byte[] value) {
                out.writeBytes(value);
            } else {
                throw new IllegalArgumentException("no bytes for " + part.getClass());
            }
        }
        return out.toByteArray();
    }

    /** A typed message: type, length, and the parts as of {@link #bytes}. */
    public static byte[] message(char type, Object... parts) {
        byte[] body = bytes(parts);
        return bytes((byte) type, body.length + 4, body);
    }

    /** A first packet: length, code, and the parts. */
    public static byte[] untyped(int code, Object... parts) {
        byte[] body = bytes(parts);
        return bytes(body.length + 8, code, body);
    }

    /** A StartupMessage of version 3.0; names and values in turn, for instance "user", "alice". */
    public static byte[] startup(String... parameters) {
        return startup(VERSION_3_0, parameters);
    }

    /** A StartupMessage of any version. */
    public static byte[] startup(int version, String... parameters) {
        return untyped(version, bytes((Object[]) parameters), (byte) 0);
    }

    public static byte[] sslRequest() {
        return untyped(SSL_REQUEST);
    }

    public static byte[] gssEncRequest() {
        return untyped(GSSENC_REQUEST);
    }

    public static byte[] cancelRequest(int pid, byte[] secret) {
        return untyped(CANCEL_REQUEST, pid, secret);
    }

    public static byte[] query(String sql) {
        return message('Q', sql);
    }

    /** Without parameter types. */
    public static byte[] parse(String statement, String sql) {
        return message('P', statement, sql, (short) 0);
    }

    /** All values and results as text. */
    public static byte[] bind(String portal, String statement, String... values) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        for (String value : values) {
            byte[] text = value.getBytes(StandardCharsets.UTF_8);
            encoded.writeBytes(bytes(text.length, text));
        }
        return message('B', portal, statement, (short) 0, (short) values.length, encoded.toByteArray(), (short) 0);
    }

    /** Describe of a statement ('S') or a portal ('P'). */
    public static byte[] describe(char kind, String name) {
        return message('D', (byte) kind, name);
    }

    /** Close of a statement ('S') or a portal ('P'). */
    public static byte[] close(char kind, String name) {
        return message('C', (byte) kind, name);
    }

    /** Execute for at most so many rows; 0: all. */
    public static byte[] execute(String portal, int rows) {
        return message('E', portal, rows);
    }

    public static byte[] sync() {
        return message('S');
    }

    public static byte[] flush() {
        return message('H');
    }

    public static byte[] copyData(String data) {
        return message('d', data.getBytes(StandardCharsets.UTF_8));
    }

    public static byte[] copyDone() {
        return message('c');
    }

    public static byte[] copyFail(String reason) {
        return message('f', reason);
    }

    public static byte[] terminate() {
        return message('X');
    }
}
