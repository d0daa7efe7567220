package dev.pgweir.config.value;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * The addresses that begin with the same bits (CIDR, RFC 4632).
 *
 * @param address the first of them
 * @param bits how many bits they share: 0 to 32, or to 128
 */
public record Network(InetAddress address, int bits) {
    private static final Pattern PREFIX = Pattern.compile("\\d{1,3}");

    /**
     * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or an address for itself alone.
     *
     * @throws IllegalArgumentException if it is none; the text says why
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = AddressText.parse(slash < 0 ? text : text.substring(0, slash));
        int length = address.getAddress().length * Byte.SIZE;
        int bits = slash < 0 ? length : prefix(text.substring(slash + 1));
        if (bits > length) {
            throw new IllegalArgumentException("has a prefix of more than " + length + " bits");
        }
        if (AddressRange.of(address, bits).isEmpty()) {
            throw new IllegalArgumentException("has bits behind its prefix");
        }
        return new Network(address, bits);
    }

    private static int prefix(String text) {
        if (!PREFIX.matcher(text).matches()) {
            throw new IllegalArgumentException("is no address");
        }
        return Integer.parseInt(text);
    }

    /** Whether an address is one of them. An IPv4 address is the same if it comes as an IPv6 one (RFC 4291 section 2.5.5.2). */
    public boolean contains(InetAddress other) {
        return AddressRange.of(address, bits).contains(unmapped(other.getAddress()));
    }

    private static byte[] unmapped(byte[] bytes) {
        if (bytes.length != 16 || bytes[10] != -1 || bytes[11] != -1) {
            return bytes;
        }
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return bytes;
            }
        }
        return new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]};
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + bits;
    }
}
