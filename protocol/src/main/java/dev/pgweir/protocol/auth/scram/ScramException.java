package dev.pgweir.protocol.auth.scram;

/**
 * The peer's SCRAM message is malformed, asks for what is not supported, or does not belong to this exchange; or a
 * stored secret cannot be read. Checked, because whoever speaks with a peer has to expect it, and without a stack,
 * because a hostile peer can raise as many as it likes. The text never holds a secret, and of what the peer sent nothing
 * but printable ASCII; it is meant for the log.
 */
public final class ScramException extends Exception {
    ScramException(String message) {
        super(message, null, false, false);
    }
}
