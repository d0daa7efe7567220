package dev.pgweir.protocol.message.frontend;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.WireByte;

/** What the name in Describe and Close means. */
public enum PreparedKind {
    STATEMENT('S'),
    PORTAL('P');

    private final byte code;

    PreparedKind(char code) {
        this.code = (byte) code;
    }

    /** The byte on the wire. */
    public byte code() {
        return code;
    }

    /**
     * The kind a byte stands for.
     *
     * @throws ProtocolException for a byte that is neither {@code S} nor {@code P}
     */
    public static PreparedKind of(byte code) {
        return switch (code) {
            case 'S' -> STATEMENT;
            case 'P' -> PORTAL;
            default -> throw ProtocolException.violation("neither statement nor portal: " + WireByte.describe(code));
        };
    }
}
