package dev.pgweir.config.value;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Addresses of one family under a mask. One whose address has bits outside its mask contains nothing, as with PgBouncer.
 */
public final class AddressRange {
    private final byte[] address;
    private final byte[] mask;

    private AddressRange(byte[] address, byte[] mask) {
        this.address = address;
        this.mask = mask;
    }

    /**
     * By the length of the prefix.
     *
     * @param bits 0 to the length of the address
     */
    public static AddressRange of(InetAddress address, int bits) {
        byte[] bytes = address.getAddress();
        if (bits < 0 || bits > bytes.length * 8) {
            throw new IllegalArgumentException("a prefix has 0 to " + bytes.length * 8 + " bits");
        }
        byte[] mask = new byte[bytes.length];
        for (int i = 0; i < bits; i++) {
            mask[i / 8] |= (byte) (0x80 >> (i % 8));
        }
        return new AddressRange(bytes, mask);
    }

    /** By a mask of the same family. */
    public static AddressRange of(InetAddress address, InetAddress mask) {
        byte[] bytes = address.getAddress();
        byte[] bits = mask.getAddress();
        if (bytes.length != bits.length) {
            throw new IllegalArgumentException("address and mask are of different families");
        }
        return new AddressRange(bytes, bits);
    }

    /** Whether the address has bits outside the mask. */
    public boolean isEmpty() {
        return !Arrays.equals(masked(address), address);
    }

    /** Whether an address is among them. */
    public boolean contains(InetAddress other) {
        return contains(other.getAddress());
    }

    /** The same for its bytes. */
    boolean contains(byte[] bytes) {
        return bytes.length == address.length && Arrays.equals(masked(bytes), address);
    }

    private byte[] masked(byte[] bytes) {
        byte[] result = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            result[i] = (byte) (bytes[i] & mask[i]);
        }
        return result;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressRange that
                && Arrays.equals(address, that.address)
                && Arrays.equals(mask, that.mask);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(address) + Arrays.hashCode(mask);
    }
}
