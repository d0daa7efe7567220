package dev.pgweir.proxy.link;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;

/**
 * What a client has asked a server for and not yet got: one entry for each message that PostgreSQL answers with
 * ReadyForQuery, in order. A server may change hands only while this is {@link #isIdle}.
 *
 * <p>COPY makes the counting hard. While PostgreSQL reads copy data it ignores Sync, and libpq has usually sent one
 * together with the COPY; so when the server says that it takes data, the Syncs up to the end of the data are struck off.
 * The end of the data stands in the queue for that alone; nothing answers it.
 */
final class RequestQueue {
    /** A query of PgWeir's own, whose answers the client must not see. */
    static final byte INTERNAL = 'i';

    private static final byte COPY_END = FrontendMessageType.COPY_DONE;

    private byte[] ring = new byte[8];
    private int head;
    private int size;

    /** Messages of the extended protocol were sent since the last Sync: their answers are open-ended until one comes. */
    private boolean unsynced;
    /** PostgreSQL reads copy data, and the client has not ended them. */
    private boolean copyIn;
    /** A Sync was struck off, which is right unless the COPY failed before PostgreSQL had read that Sync. */
    private int struckOff;

    private boolean doubtful;

    /** Whether nothing is open: no answer, no unfinished group, no copy. */
    boolean isIdle() {
        return size == 0 && !unsynced && !copyIn;
    }

    /** Whether the answer that comes next is to one of PgWeir's own queries. */
    boolean headIsInternal() {
        return size > 0 && ring[head] == INTERNAL;
    }

    boolean isUnsynced() {
        return unsynced;
    }

    boolean isCopyIn() {
        return copyIn;
    }

    /**
     * Whether it is not certain that PostgreSQL and this queue agree: the server must not serve another client.
     */
    boolean isDoubtful() {
        return doubtful;
    }

    /** Whether copy data that comes now may be meant for the server; late ones of a failed COPY are not. */
    boolean takesCopyData() {
        return copyIn || size > 0 || unsynced;
    }

    /** A query of PgWeir's own was sent. */
    void sentInternal() {
        add(INTERNAL);
    }

    /** The client's message of this type was sent on. */
    void sent(byte type) {
        switch (type) {
            case FrontendMessageType.QUERY, FrontendMessageType.FUNCTION_CALL -> {
                // After an error in the group PostgreSQL skips it, and nobody can tell beforehand.
                doubtful |= unsynced;
                add(type);
            }
            case FrontendMessageType.SYNC -> {
                if (copyIn) {
                    struckOff++;
                } else {
                    add(type);
                    unsynced = false;
                }
            }
            case FrontendMessageType.PARSE,
                    FrontendMessageType.BIND,
                    FrontendMessageType.DESCRIBE,
                    FrontendMessageType.EXECUTE,
                    FrontendMessageType.CLOSE -> unsynced = true;
            case FrontendMessageType.COPY_DONE, FrontendMessageType.COPY_FAIL -> {
                if (copyIn) {
                    copyIn = false;
                } else {
                    add(COPY_END);
                }
            }
            default -> {}
        }
    }

    /** CopyInResponse: from here to the end of the data PostgreSQL ignores Sync. */
    void onCopyIn() {
        boolean simple = size > 0 && ring[head] != FrontendMessageType.SYNC && ring[head] != COPY_END;
        int kept = simple ? 1 : 0;
        boolean ended = false;
        while (size > kept && !ended) {
            byte next = at(kept);
            if (next == COPY_END) {
                ended = true;
            } else if (next != FrontendMessageType.SYNC) {
                break;
            } else {
                struckOff++;
            }
            removeAt(kept);
        }
        copyIn = !ended;
        if (!simple && size == kept) {
            // The group of the COPY is open again until another Sync ends it.
            unsynced = true;
        }
    }

    /** ErrorResponse: a COPY that was under way is over. */
    void onError() {
        if (copyIn) {
            copyIn = false;
        }
        if (struckOff > 0) {
            doubtful = true;
        }
    }

    /**
     * ReadyForQuery: the oldest request is answered.
     *
     * @return {@link #INTERNAL}, or the type of the client's message
     * @throws ProtocolException if nobody asked
     */
    byte onReady() {
        skipCopyEnds();
        copyIn = false;
        if (size == 0 && struckOff > 0 && doubtful) {
            // The COPY failed before PostgreSQL had read the Sync that came with it.
            struckOff--;
            unsynced = false;
            return FrontendMessageType.SYNC;
        }
        if (!doubtful) {
            struckOff = 0;
        }
        if (size == 0) {
            throw ProtocolException.violation(
                    "unexpected message " + BackendMessageType.name(BackendMessageType.READY_FOR_QUERY));
        }
        byte type = ring[head];
        removeAt(0);
        skipCopyEnds();
        return type;
    }

    /** How many ReadyForQuery the client still expects. */
    int answersOwed() {
        int owed = 0;
        for (int i = 0; i < size; i++) {
            byte type = at(i);
            if (type != INTERNAL && type != COPY_END) {
                owed++;
            }
        }
        return owed;
    }

    /** Another server begins with nothing asked. */
    void clear() {
        head = 0;
        size = 0;
        unsynced = false;
        copyIn = false;
        struckOff = 0;
        doubtful = false;
    }

    private void skipCopyEnds() {
        while (size > 0 && ring[head] == COPY_END) {
            removeAt(0);
        }
    }

    private byte at(int index) {
        return ring[(head + index) & (ring.length - 1)];
    }

    private void add(byte type) {
        if (size == ring.length) {
            byte[] larger = new byte[2 * size];
            for (int i = 0; i < size; i++) {
                larger[i] = at(i);
            }
            ring = larger;
            head = 0;
        }
        ring[(head + size++) & (ring.length - 1)] = type;
    }

    /** Only the first two places are ever removed from, so shifting what stands before is at most one step. */
    private void removeAt(int index) {
        for (int i = index; i > 0; i--) {
            ring[(head + i) & (ring.length - 1)] = at(i - 1);
        }
        head = (head + 1) & (ring.length - 1);
        size--;
    }
}
