package dev.pgweir.proxy.cancel;

import dev.pgweir.protocol.message.backend.BackendKeyData;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
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
 * {@code hh} is how often a request may still be passed on. The key itself has 3 there. The longer secrets of protocol 3.2
 * have these two bits in their last byte as well.
 */
final class PeerKey {
    /** The bits that count the hops, and the most they can say. */
    static final int HOPS = 0b11;

    private static final int PROCESS_ID_RANDOM = 0x7f00_00ff;

    private PeerKey() {}

    /** A key that nobody can guess, with a secret of so many bytes. */
    static BackendKeyData random(int peerId, int length, SecureRandom random) {
        byte[] secret = new byte[length];
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

    /** What a key is found by: the process id and four bytes of the secret, however often the request was passed on. */
    static long locator(int processId, byte[] secret) {
        if (secret.length < Integer.BYTES) {
            return 0;
        }
        int start = ByteBuffer.wrap(secret).getInt();
        return ((long) processId << Integer.SIZE)
                | Integer.toUnsignedLong(secret.length == Integer.BYTES ? start | HOPS : start);
    }

    /** Whether two secrets are the same, however often the requests were passed on. The time tells nothing of where they differ. */
    static boolean isSame(byte[] one, byte[] other) {
        return MessageDigest.isEqual(unhopped(one), unhopped(other));
    }

    private static byte[] unhopped(byte[] secret) {
        byte[] whole = secret.clone();
        whole[whole.length - 1] |= (byte) HOPS;
        return whole;
    }
}
