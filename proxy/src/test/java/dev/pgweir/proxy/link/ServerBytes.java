package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.testing.WireBytes.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Messages of PostgreSQL as bytes, by hand. */
final class ServerBytes {
    static final byte[] COLUMNS = message('T', (short) 1, "one", 0, (short) 0, 25, (short) -1, -1, (short) 0);
    static final byte[] ROW = message('D', (short) 1, 1, new byte[] {'1'});
    static final byte[] DONE = message('C', "SELECT 1");
    static final byte[] READY = message('Z', (byte) 'I');
    static final byte[] IN_TRANSACTION = message('Z', (byte) 'T');
    static final byte[] FAILED = message('Z', (byte) 'E');
    static final byte[] COPY_IN = message('G', (byte) 0, (short) 1, (short) 0);
    static final byte[] NOTICE = message('N', fields("NOTICE", "00000", "by the way"));
    static final byte[] NOTIFICATION = message('A', 7, "channel", "payload");

    private ServerBytes() {}

    /** An ErrorResponse. */
    static byte[] error(String severity, String code, String text) {
        return message('E', fields(severity, code, text));
    }

    /** The first bytes of a message. */
    static byte[] first(int count, byte[] of) {
        return Arrays.copyOf(of, count);
    }

    /** What follows them. */
    static byte[] rest(int from, byte[] of) {
        return Arrays.copyOfRange(of, from, of.length);
    }

    private static byte[] fields(String severity, String code, String text) {
        return ("S" + severity + "\0V" + severity + "\0C" + code + "\0M" + text + "\0\0")
                .getBytes(StandardCharsets.UTF_8);
    }
}
