package dev.pgweir.proxy.cancel;

import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import java.security.SecureRandom;

/**
 * How a cancel key names the process that gave it, where several listen behind one address. The layout is PgBouncer's, so
 * that processes of both kinds can stand beside each other while one takes the other's place:
 *
 * <pre>
 *   byte   0            1          2           3  |  4  5  6      7
 *       0rrrrrrr   peer, low  peer, high   random |  random   rrrrrr hh
 * </pre>
 *
 * {@code hh} is how often a request may still be passed on. The key itself has 3 there.
 */
final class PeerKey {
    /** The bits that count the hops, and the most they can say. */
    static final int HOPS = 0b11;

    private static final int PROCESS_ID_RANDOM = 0x7f00_00ff;

    private PeerKey() {}

    /** A key that nobody can guess. */
    static BackendKeyData random(int peerId, SecureRandom random) {
        byte[] secret = new byte[BackendKeyData.MIN_SECRET_LENGTH];
        random.nextBytes(secret);
        secret[secret.length - 1] |= (byte) HOPS;
        int peer = ((peerId & 0xff) << 16) | ((peerId >> 8) << 8);
        return new BackendKeyData((random.nextInt() & PROCESS_ID_RANDOM) | peer, secret);
    }

    /** The number of the process that gave the key, if it was one that has a number. */
    static int peerOf(CancelRequest request) {
        int id = request.processId();
        return ((id >> 16) & 0xff) | (((id >> 8) & 0xff) << 8);
    }

    /** How often it may still be passed on. */
    static int hopsLeft(CancelRequest request) {
        byte[] secret = request.secret();
        return secret[secret.length - 1] & HOPS;
    }

    /** The same with one hop less. */
    static CancelRequest passedOn(CancelRequest request) {
        byte[] secret = request.secret().clone();
        // The bits are the lowest, and at least one of them is set.
        secret[secret.length - 1]--;
        return new CancelRequest(request.processId(), secret);
    }

    /** The key that a request names, however often it was passed on; 0 if it has another length. */
    static long whole(int processId, byte[] secret) {
        if (secret.length != Integer.BYTES) {
            return 0;
        }
        long whole = processId;
        for (byte each : secret) {
            whole = (whole << 8) | (each & 0xff);
        }
        return whole | HOPS;
    }
}
