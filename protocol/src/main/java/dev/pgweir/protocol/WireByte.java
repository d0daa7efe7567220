package dev.pgweir.protocol;

/** How a byte of the wire is named in texts. */
public final class WireByte {
    private WireByte() {}

    /** For example {@code 0x51 ('Q')}, or {@code 0x16} alone where the byte is not printable ASCII. */
    public static String describe(byte value) {
        String hex = "0x%02x".formatted(value & 0xff);
        return value > ' ' && value < 0x7f ? hex + " ('" + (char) value + "')" : hex;
    }
}
