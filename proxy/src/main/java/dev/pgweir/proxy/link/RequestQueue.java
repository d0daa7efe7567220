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

    /** The end of copy data that were sent behind a Query, or behind a Sync: if no COPY takes it, it was for what failed. */
    private static final byte COPY_END = FrontendMessageType.COPY_DONE;
    /** The same within a group of the extended protocol, before anything of the group was answered. */
    private static final byte GROUP_COPY_END = FrontendMessageType.COPY_FAIL;

    private byte[] ring = new byte[8];
    private int head;
    private int size;

    /** Messages of the extended protocol were sent since the last Sync: their answers are open-ended until one comes. */
    private boolean unsynced;
    /** An Execute is among them, so that copy data may be meant for it. */
    private boolean executed;
    /** The end of copy data is among them. */
    private boolean endInGroup;
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
                doubtful |= unsynced || copyIn;
                add(type);
            }
            case FrontendMessageType.SYNC -> {
                if (copyIn) {
                    struckOff++;
                } else {
                    add(type);
                    endGroup();
                }
            }
            case FrontendMessageType.PARSE,
                    FrontendMessageType.BIND,
                    FrontendMessageType.DESCRIBE,
                    FrontendMessageType.CLOSE -> {
                doubtful |= copyIn;
                unsynced = true;
            }
            case FrontendMessageType.EXECUTE -> {
                // Two Executes and one end of data: nobody can tell beforehand whose it is, or whether it is skipped.
                doubtful |= copyIn || endInGroup;
                unsynced = true;
                executed = true;
            }
            case FrontendMessageType.COPY_DONE, FrontendMessageType.COPY_FAIL -> {
                if (copyIn) {
                    copyIn = false;
                } else if (!unsynced) {
                    add(COPY_END);
                } else if (executed) {
                    add(GROUP_COPY_END);
                    endInGroup = true;
                }
                // Else nothing that could be a COPY stands before it in its group, and PostgreSQL drops it.
            }
            default -> {}
        }
    }

    /** CopyInResponse: from here to the end of the data PostgreSQL ignores Sync. */
    void onCopyIn() {
        boolean simple = size > 0 && ring[head] != FrontendMessageType.SYNC && !isCopyEnd(ring[head]);
        int kept = simple ? 1 : 0;
        // Data in a group are for that group, and only it can be the one that is at its COPY now.
        boolean ended = !simple && size > 0 && ring[head] == GROUP_COPY_END;
        if (ended) {
            removeAt(0);
        }
        boolean behind = simple || (size > 0 && !ended);
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
        if (!ended && (size > kept || (behind && unsynced))) {
            // Something else than data comes next: the connection ends with that, unless the COPY has failed already.
            doubtful = true;
        }
        copyIn = !ended;
        if (!simple) {
            dropLateEnds();
            // Without another Sync the group of the COPY is open again.
            unsynced |= size == 0;
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
        while (size > 0 && isCopyEnd(ring[head])) {
            removeAt(0);
        }
        copyIn = false;
        if (size == 0 && struckOff > 0 && doubtful) {
            // The COPY failed before PostgreSQL had read the Sync that came with it.
            struckOff--;
            endGroup();
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
        // The end of data in a group may be meant for a COPY that is still to come.
        dropLateEnds();
        return type;
    }

    /** How many ReadyForQuery the client still expects. */
    int answersOwed() {
        int owed = 0;
        for (int i = 0; i < size; i++) {
            byte type = at(i);
            if (type != INTERNAL && !isCopyEnd(type)) {
                owed++;
            }
        }
        return owed;
    }

    /** Another server begins with nothing asked. */
    void clear() {
        head = 0;
        size = 0;
        endGroup();
        copyIn = false;
        struckOff = 0;
        doubtful = false;
    }

    /** Data behind what has just ended are nobody's. */
    private void dropLateEnds() {
        while (size > 0 && ring[head] == COPY_END) {
            removeAt(0);
        }
    }

    private void endGroup() {
        unsynced = false;
        executed = false;
        endInGroup = false;
    }

    private static boolean isCopyEnd(byte type) {
        return type == COPY_END || type == GROUP_COPY_END;
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
