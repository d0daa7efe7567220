package dev.pgweir.protocol;

/**
 * A version of the protocol, as in the first packet of a client. The codes of the other first packets look like versions
 * that nobody will ever use, 1234.*; they are not versions and stand here as bare numbers.
 *
 * @param major 0 to 65535
 * @param minor 0 to 65535
 */
public record ProtocolVersion(int major, int minor) implements Comparable<ProtocolVersion> {
    /** Every server since PostgreSQL 7.4. */
    public static final ProtocolVersion V3_0 = new ProtocolVersion(3, 0);
    /** PostgreSQL 18 and newer: cancel keys of up to 256 bytes. There is no 3.1. */
    public static final ProtocolVersion V3_2 = new ProtocolVersion(3, 2);

    /** 1234.5678: CancelRequest. */
    public static final int CANCEL_REQUEST_CODE = 80877102;
    /** 1234.5679: SSLRequest. */
    public static final int SSL_REQUEST_CODE = 80877103;
    /** 1234.5680: GSSENCRequest. */
    public static final int GSSENC_REQUEST_CODE = 80877104;

    private static final int HALF = 0xffff;

    /**
     * Any version.
     *
     * @throws IllegalArgumentException if a part does not fit its 16 bits
     */
    public ProtocolVersion {
        if (major < 0 || major > HALF || minor < 0 || minor > HALF) {
            throw new IllegalArgumentException("not a protocol version: " + major + "." + minor);
        }
    }

    /** The version that a code stands for; every code stands for one. */
    public static ProtocolVersion of(int code) {
        // Each client keeps its own, and nearly all have one of these.
        if (code == V3_0.code()) {
            return V3_0;
        }
        return code == V3_2.code() ? V3_2 : new ProtocolVersion(code >>> 16, code & HALF);
    }

    /** The 32 bits on the wire. */
    public int code() {
        return major << 16 | minor;
    }

    @Override
    public int compareTo(ProtocolVersion other) {
        return Integer.compareUnsigned(code(), other.code());
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
