package dev.pgweir.protocol;

/** The transaction status that ReadyForQuery reports. */
public enum TransactionStatus {
    /** Not in a transaction block. */
    IDLE('I'),
    /** In a transaction block. */
    IN_TRANSACTION('T'),
    /** In a failed transaction block: the server refuses everything until it is ended. */
    FAILED('E');

    private final byte code;

    TransactionStatus(char code) {
        this.code = (byte) code;
    }

    /** The byte on the wire. */
    public byte code() {
        return code;
    }

    /**
     * The status a byte stands for.
     *
     * @throws ProtocolException for a byte that is none of {@code I}, {@code T}, {@code E}
     */
    public static TransactionStatus of(byte code) {
        return switch (code) {
            case 'I' -> IDLE;
            case 'T' -> IN_TRANSACTION;
            case 'E' -> FAILED;
            default -> throw ProtocolException.violation("unknown transaction status " + WireByte.describe(code));
        };
    }
}
