package dev.pgweir.proxy.tls;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Writes DER (ITU-T X.690), as far as a key's wrapping and a certificate need it. */
final class Der {
    private static final DateTimeFormatter GENERALIZED_TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter UTC_TIME =
            DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private Der() {}

    static byte[] value(int tag, byte[]... contents) {
        byte[] content = join(contents);
        byte[] length = content.length < 0x80
                ? new byte[] {(byte) content.length}
                : longLength(BigInteger.valueOf(content.length).toByteArray());
        return join(new byte[] {(byte) tag}, length, content);
    }

    private static byte[] longLength(byte[] number) {
        int zeros = number[0] == 0 ? 1 : 0;
        byte[] result = new byte[1 + number.length - zeros];
        result[0] = (byte) (0x80 | (number.length - zeros));
        System.arraycopy(number, zeros, result, 1, number.length - zeros);
        return result;
    }

    static byte[] sequence(byte[]... contents) {
        return value(0x30, contents);
    }

    static byte[] set(byte[]... contents) {
        return value(0x31, contents);
    }

    static byte[] integer(BigInteger number) {
        return value(0x02, number.toByteArray());
    }

    static byte[] octets(byte[] content) {
        return value(0x04, content);
    }

    static byte[] bits(byte[] content) {
        return value(0x03, new byte[] {0}, content);
    }

    static byte[] utf8(String text) {
        return value(0x0C, text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] yes() {
        return value(0x01, new byte[] {(byte) 0xFF});
    }

    static byte[] none() {
        return value(0x05);
    }

    /** RFC 5280 section 4.1.2.5: the short form through the year 2049, the long one from then on. */
    static byte[] time(Instant time) {
        boolean late = time.atZone(ZoneOffset.UTC).getYear() >= 2050;
        String text = (late ? GENERALIZED_TIME : UTC_TIME).format(time);
        return value(late ? 0x18 : 0x17, text.getBytes(StandardCharsets.US_ASCII));
    }

    /** @param dotted for instance {@code 2.5.4.3} */
    static byte[] oid(String dotted) {
        String[] parts = dotted.split("\\.", -1);
        byte[] content = {(byte) (Integer.parseInt(parts[0]) * 40 + Integer.parseInt(parts[1]))};
        for (int i = 2; i < parts.length; i++) {
            content = join(content, base128(Integer.parseInt(parts[i])));
        }
        return value(0x06, content);
    }

    private static byte[] base128(int number) {
        byte[] last = {(byte) (number & 0x7F)};
        byte[] result = last;
        for (int rest = number >>> 7; rest != 0; rest >>>= 7) {
            result = join(new byte[] {(byte) (0x80 | (rest & 0x7F))}, result);
        }
        return result;
    }

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
