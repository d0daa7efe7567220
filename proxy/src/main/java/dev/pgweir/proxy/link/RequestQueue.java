package dev.pgweir.proxy.link;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.proxy.prepare.Effect;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client has asked a server for and not yet got, in order. A server may change hands only while this is {@link
 * #isIdle}.
 *
 * <p>There is an entry for each message that PostgreSQL answers with ReadyForQuery. If it {@link #RequestQueue follows}
 * prepared statements there is one for each message of the extended protocol as well, so that each answer can be told
 * whom it is for: some are PgWeir's own and hidden from the client, and some have an {@link Effect}. After an error
 * PostgreSQL skips all up to the next Sync, and so does this.
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
    /** The same within a group whose messages are not followed, before anything of the group was answered. */
    private static final byte GROUP_COPY_END = FrontendMessageType.COPY_FAIL;

    private final boolean follows;

    private final RequestRing open = new RequestRing();

    /** Messages of the extended protocol were sent since the last Sync: their answers are open-ended until one comes. */
    private boolean unsynced;
    /** An Execute is among them, so that copy data may be meant for it. Used where messages are not followed. */
    private boolean executed;
    /** The end of copy data is among them. Used where messages are not followed. */
    private boolean endInGroup;
    /** PostgreSQL reads copy data, and the client has not ended them. */
    private boolean copyIn;
    /** A Sync was struck off, which is right unless the COPY failed before PostgreSQL had read that Sync. */
    private int struckOff;

    private boolean doubtful;

    /** PostgreSQL drops everything up to a Sync that has not been sent. */
    private boolean skipping;

    /** Counts what ends with ReadyForQuery, so that it numbers the group that is being sent. */
    private long group;

    /**
     * @param follows whether it has to know each message of the extended protocol
     */
    RequestQueue(boolean follows) {
        this.follows = follows;
    }

    /** Whether nothing is open: no answer, no unfinished group, no copy. */
    boolean isIdle() {
        return open.size() == 0 && !unsynced && !copyIn;
    }

    /** Whether no answer is being waited for; a group may be unfinished. */
    boolean isAnswered() {
        return open.size() == 0;
    }

    /** Whether something of PgWeir's own is not answered. */
    boolean hasOwn() {
        return open.hidden() > 0;
    }

    /** Another number whenever something has been answered. */
    long left() {
        return open.gone();
    }

    /** Whether the answer that comes next is to one of PgWeir's own queries or messages. */
    boolean headIsInternal() {
        return open.size() > 0
                && open.isHidden(0)
                && (open.type(0) == INTERNAL || open.type(0) == FrontendMessageType.SYNC);
    }

    boolean isUnsynced() {
        return unsynced;
    }

    boolean isCopyIn() {
        return copyIn;
    }

    /** Whether all that comes before a Sync would be dropped by PostgreSQL. */
    boolean isSkipping() {
        return skipping;
    }

    /** The number of the group that the next message belongs to. */
    long group() {
        return group;
    }

    /**
     * Whether it is not certain that PostgreSQL and this queue agree: the server must not serve another client.
     */
    boolean isDoubtful() {
        return doubtful;
    }

    /** Whether copy data that comes now may be meant for the server; late ones of a failed COPY are not. */
    boolean takesCopyData() {
        return copyIn || open.size() > 0 || unsynced;
    }

    /** A query of PgWeir's own was sent. */
    void sentInternal(@Nullable Effect effect) {
        open.add(INTERNAL, true, effect);
        group++;
    }

    /** A message of the extended protocol was sent, on PgWeir's own account, before one of the client. */
    void sentHidden(byte type, Effect effect) {
        unsynced = true;
        open.add(type, true, effect);
    }

    /** The client's message of this type was sent on. */
    void sent(byte type, @Nullable Effect effect) {
        switch (type) {
            case FrontendMessageType.QUERY, FrontendMessageType.FUNCTION_CALL -> {
                doubtful |= copyIn;
                if (follows) {
                    endGroup();
                } else {
                    // After an error in the group PostgreSQL skips it, and nobody can tell beforehand.
                    doubtful |= unsynced;
                }
                open.add(type, false, effect);
                group++;
            }
            case FrontendMessageType.SYNC -> {
                if (copyIn) {
                    struckOff++;
                } else {
                    open.add(type, false, effect);
                    endGroup();
                    skipping = false;
                    group++;
                }
            }
            case FrontendMessageType.PARSE,
                    FrontendMessageType.BIND,
                    FrontendMessageType.DESCRIBE,
                    FrontendMessageType.CLOSE -> {
                doubtful |= copyIn;
                unsynced = true;
                if (follows) {
                    open.add(type, false, effect);
                }
            }
            case FrontendMessageType.EXECUTE -> {
                // Two Executes and one end of data: nobody can tell beforehand whose it is, or whether it is skipped.
                doubtful |= copyIn || endInGroup;
                unsynced = true;
                executed = true;
                if (follows) {
                    open.add(type, false, effect);
                }
            }
            case FrontendMessageType.COPY_DONE, FrontendMessageType.COPY_FAIL -> {
                if (copyIn) {
                    copyIn = false;
                } else if (follows ? open.size() > 0 : !unsynced) {
                    // Where all is answered there is no COPY, and PostgreSQL drops it.
                    open.add(COPY_END, false, null);
                } else if (executed) {
                    open.add(GROUP_COPY_END, false, null);
                    endInGroup = true;
                }
                // Else nothing that could be a COPY stands before it in its group, and PostgreSQL drops it.
            }
            default -> {}
        }
    }

    /** CopyInResponse: from here to the end of the data PostgreSQL ignores Sync. */
    void onCopyIn() {
        boolean simple = open.size() > 0 && endsWithReady(open.type(0));
        int kept = simple || (follows && open.size() > 0) ? 1 : 0;
        // Data in a group are for that group, and only it can be the one that is at its COPY now.
        boolean ended = !simple && open.size() > 0 && open.type(0) == GROUP_COPY_END;
        if (ended) {
            open.remove(0);
        }
        boolean behind = simple || (!follows && open.size() > 0 && !ended);
        while (open.size() > kept && !ended) {
            byte next = open.type(kept);
            if (next == COPY_END) {
                ended = true;
            } else if (next != FrontendMessageType.SYNC) {
                break;
            } else {
                struckOff++;
            }
            open.remove(kept);
        }
        if (!ended && (open.size() > kept || (behind && unsynced))) {
            // Something else than data comes next: the connection ends with that, unless the COPY has failed already.
            doubtful = true;
        }
        copyIn = !ended;
        if (!simple) {
            if (!follows) {
                skipCopyEnds();
            }
            // Without another Sync the group of the COPY is open again.
            unsynced |= open.size() == kept || open.size() == 0;
        }
    }

    private static boolean endsWithReady(byte type) {
        return type == FrontendMessageType.QUERY || type == FrontendMessageType.FUNCTION_CALL || type == INTERNAL;
    }

    // ---- answers within a group ----

    /**
     * An answer that ends what one message of the extended protocol asked for.
     *
     * @param asked the type of the messages that it may answer
     * @return whether it is hidden from the client
     * @throws ProtocolException if that is not what comes next
     */
    boolean onAnswer(byte answer, byte asked) {
        if (open.size() == 0) {
            throw ProtocolException.violation("unexpected message " + BackendMessageType.name(answer));
        }
        byte type = open.type(0);
        if (endsWithReady(type)) {
            // One of many answers to a query; it ends with ReadyForQuery.
            return open.isHidden(0);
        }
        if (type != asked) {
            throw ProtocolException.violation("message " + BackendMessageType.name(answer) + " as the answer to "
                    + FrontendMessageType.name(type));
        }
        boolean hide = open.isHidden(0);
        Effect effect = open.effect(0);
        open.remove(0);
        skipCopyEnds();
        if (effect != null) {
            effect.done();
        }
        return hide;
    }

    /** What the next answer belongs to; 0 if nothing is open. */
    byte headType() {
        return open.size() == 0 ? 0 : open.type(0);
    }

    /** What the message that is answered next changes or refers to. */
    @Nullable
    Effect headEffect() {
        return open.size() == 0 ? null : open.effect(0);
    }

    /** Whether the message that is answered next is one of PgWeir's own. */
    boolean isHeadHidden() {
        return open.size() > 0 && open.isHidden(0);
    }

    /**
     * ErrorResponse: a COPY that was under way is over, and what follows in the group is skipped.
     *
     * @return whether a client's query was skipped because of a message of PgWeir's own, so that PgWeir has to send the
     *     Sync which the client owes nobody
     */
    boolean onError() {
        if (copyIn) {
            copyIn = false;
        }
        if (struckOff > 0) {
            doubtful = true;
        }
        if (open.size() == 0) {
            skipping = follows && unsynced;
            return false;
        }
        byte type = open.type(0);
        if (endsWithReady(type) || type == FrontendMessageType.SYNC) {
            Effect effect = open.takeEffect(0);
            if (effect != null) {
                effect.failed();
            }
        } else if (follows) {
            return skipGroup();
        }
        return false;
    }

    private boolean skipGroup() {
        int end = 0;
        boolean own = true;
        boolean query = false;
        while (end < open.size() && open.type(end) != FrontendMessageType.SYNC) {
            // A message of the client before its query would have had it skipped as well.
            query |= own && open.type(end) == FrontendMessageType.QUERY;
            own &= open.isHidden(end);
            end++;
        }
        skipping = end == open.size();
        if (skipping) {
            unsynced = true;
        }
        for (int i = end - 1; i >= 0; i--) {
            Effect effect = open.takeEffect(i);
            if (effect != null && i == 0) {
                effect.failed();
            } else if (effect != null) {
                effect.skipped();
            }
        }
        for (int i = 0; i < end; i++) {
            open.remove(0);
        }
        return query && skipping;
    }

    /**
     * ReadyForQuery: the oldest request is answered.
     *
     * @return {@link #INTERNAL}, or the type of the client's message
     * @throws ProtocolException if nobody asked
     */
    byte onReady() {
        while (open.size() > 0 && isCopyEnd(open.type(0))) {
            open.remove(0);
        }
        copyIn = false;
        if (open.size() == 0 && struckOff > 0 && doubtful) {
            // The COPY failed before PostgreSQL had read the Sync that came with it.
            struckOff--;
            endGroup();
            skipping = false;
            return FrontendMessageType.SYNC;
        }
        if (!doubtful) {
            struckOff = 0;
        }
        if (open.size() == 0 || !(endsWithReady(open.type(0)) || open.type(0) == FrontendMessageType.SYNC)) {
            throw ProtocolException.violation(
                    "unexpected message " + BackendMessageType.name(BackendMessageType.READY_FOR_QUERY));
        }
        byte type = open.isHidden(0) ? INTERNAL : open.type(0);
        Effect effect = open.effect(0);
        open.remove(0);
        skipCopyEnds();
        if (effect != null) {
            effect.done();
        }
        return type;
    }

    // ---- to send a group again ----

    /**
     * A message that was sent and not answered.
     *
     * @param effect null for nearly all
     */
    record Entry(byte type, boolean hidden, @Nullable Effect effect) {}

    /** Whether nothing was sent behind the group that is being answered. */
    boolean isLastGroup() {
        for (int i = 0; i < open.size() - 1; i++) {
            byte type = open.type(i);
            if (type == FrontendMessageType.SYNC || endsWithReady(type)) {
                return false;
            }
        }
        return open.size() > 0 && !copyIn && struckOff == 0;
    }

    /**
     * Takes out what PostgreSQL skips after an error: from the message that failed to the Sync, which stays but will be
     * answered to PgWeir only. The effects are neither failed nor skipped, as the messages will be sent once more.
     *
     * @return whether the Sync was there; else PgWeir has to send one
     */
    boolean takeGroup(List<Entry> into) {
        while (open.size() > 0 && open.type(0) != FrontendMessageType.SYNC) {
            into.add(new Entry(open.type(0), open.isHidden(0), open.effect(0)));
            open.remove(0);
        }
        boolean synced = open.size() > 0;
        if (!synced) {
            open.add(FrontendMessageType.SYNC, true, null);
            group++;
        }
        open.hide();
        return synced;
    }

    /** Whether nothing is open but one query of the client. */
    boolean isOnlyQuery() {
        return open.size() == 1
                && open.type(0) == FrontendMessageType.QUERY
                && !open.isHidden(0)
                && !unsynced
                && !copyIn;
    }

    /** The answer to that query is not for the client, since the query will be sent once more. */
    void hideQuery() {
        open.turn(INTERNAL);
    }

    /** What was taken out is sent again. */
    void sentAgain(Entry entry) {
        if (entry.hidden()) {
            unsynced = true;
            open.add(entry.type(), true, entry.effect());
        } else {
            sent(entry.type(), entry.effect());
        }
    }

    /** Whether all that is open was asked by PgWeir itself. */
    boolean hasOnlyInternal() {
        if (unsynced || copyIn) {
            return false;
        }
        for (int i = 0; i < open.size(); i++) {
            if (open.type(i) != INTERNAL) {
                return false;
            }
        }
        return true;
    }

    /** How many ReadyForQuery the client still expects. */
    int answersOwed() {
        int owed = 0;
        for (int i = 0; i < open.size(); i++) {
            byte type = open.type(i);
            if (!open.isHidden(i) && (type == FrontendMessageType.SYNC || endsWithReady(type))) {
                owed++;
            }
        }
        return owed;
    }

    /** Another server begins with nothing asked; what was not answered never will be. */
    void clear() {
        for (int i = open.size() - 1; i >= 0; i--) {
            Effect effect = open.takeEffect(i);
            if (effect != null) {
                effect.skipped();
            }
        }
        open.clear();
        endGroup();
        copyIn = false;
        struckOff = 0;
        doubtful = false;
        skipping = false;
    }

    private void endGroup() {
        unsynced = false;
        executed = false;
        endInGroup = false;
    }

    private static boolean isCopyEnd(byte type) {
        return type == COPY_END || type == GROUP_COPY_END;
    }

    /** Data behind what has just ended are nobody's. In a group they may be meant for a COPY that is still to come. */
    private void skipCopyEnds() {
        while (open.size() > 0 && open.type(0) == COPY_END) {
            open.remove(0);
        }
    }
}
