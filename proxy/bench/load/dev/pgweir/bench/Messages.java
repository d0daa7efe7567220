package dev.pgweir.bench;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes the few protocol messages that stub and load need, one behind the other. */
final class Messages {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    byte[] bytes() {
        return out.toByteArray();
    }

    Messages startup(String user, String database) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(int4(196_608));
        for (String text : new String[] {"user", user, "database", database}) {
            body.writeBytes(cString(text));
        }
        body.write(0);
        out.writeBytes(int4(body.size() + 4));
        out.writeBytes(body.toByteArray());
        return this;
    }

    Messages query(String sql) {
        return message('Q', cString(sql));
    }

    Messages terminate() {
        return message('X');
    }

    Messages saslInitial(String first) {
        byte[] data = first.getBytes(StandardCharsets.US_ASCII);
        return message('p', cString("SCRAM-SHA-256"), int4(data.length), data);
    }

    Messages saslResponse(String last) {
        return message('p', last.getBytes(StandardCharsets.US_ASCII));
    }

    Messages authenticationOk() {
        return message('R', int4(0));
    }

    Messages parameter(String name, String value) {
        return message('S', cString(name), cString(value));
    }

    Messages keyData(int process, int secret) {
        return message('K', int4(process), int4(secret));
    }

    Messages ready() {
        return message('Z', new byte[] {'I'});
    }

    Messages complete(String tag) {
        return message('C', cString(tag));
    }

    /** One column of type text. */
    Messages rowDescription(String column) {
        return message(
                'T', int2(1), cString(column), int4(0), int2(0), int4(25), int2(-1), int4(-1), int2(0));
    }

    Messages dataRow(String value) {
        byte[] data = value.getBytes(StandardCharsets.US_ASCII);
        return message('D', int2(1), int4(data.length), data);
    }

    private Messages message(char type, byte[]... parts) {
        int length = 4;
        for (byte[] part : parts) {
            length += part.length;
        }
        out.write(type);
        out.writeBytes(int4(length));
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return this;
    }

    private static byte[] cString(String text) {
        return (text + "\0").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] int4(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] int2(int value) {
        return ByteBuffer.allocate(2).putShort((short) value).array();
    }
}
