package dev.pgweir.config.value;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The addresses that begin with the same bits (CIDR, RFC 4632).
 *
 * @param address the first of them
 * @param bits how many bits they share: 0 to 32, or to 128
 */
public record Network(InetAddress address, int bits) {
    /** Four numbers, or something with a colon: of others the JDK would ask the name service. */
    private static final Pattern TEXT =
            Pattern.compile("((?:\\d{1,3}\\.){3}\\d{1,3}|[0-9A-Fa-f.]*+:[0-9A-Fa-f:.]*+)(?:/(\\d{1,3}))?");

    private static final Pattern TOO_GREAT = Pattern.compile("(?:2(?:5[6-9]|[6-9]\\d)|[3-9]\\d\\d)(?![0-9A-Fa-f:])");

    private static final int BYTE = 8;

    /**
     * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32}, or an address for itself alone.
     *
     * @throws IllegalArgumentException if it is none; the text says why
     */
    public static Network parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()
                || (text.indexOf(':') < 0 && TOO_GREAT.matcher(parts.group(1)).find())) {
            throw new IllegalArgumentException("is no address");
        }
        InetAddress address;
        try {
            address = InetAddress.getByName(parts.group(1));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("is no address", e);
        }
        int length = address.getAddress().length * BYTE;
        int bits = parts.group(2) == null ? length : Integer.parseInt(parts.group(2));
        if (bits > length) {
            throw new IllegalArgumentException("has a prefix of more than " + length + " bits");
        }
        Network network = new Network(address, bits);
        if (!network.isFirst()) {
            throw new IllegalArgumentException("has bits behind its prefix");
        }
        return network;
    }

    /** Whether an address is one of them. An IPv4 address is the same if it comes as an IPv6 one (RFC 4291 section 2.5.5.2). */
    public boolean contains(InetAddress other) {
        byte[] own = address.getAddress();
        byte[] bytes = unmapped(other.getAddress());
        if (bytes.length != own.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            if (((own[bit / BYTE] ^ bytes[bit / BYTE]) & 0x80 >> bit % BYTE) != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isFirst() {
        byte[] own = address.getAddress();
        for (int bit = bits; bit < own.length * BYTE; bit++) {
            if ((own[bit / BYTE] & 0x80 >> bit % BYTE) != 0) {
                return false;
            }
        }
        return true;
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
