package dev.pgweir.proxy.prepare;

/**
 * Whether what a book says of one thing still depends on answers, and on those to which group of messages. Within its own
 * group it may be relied on, since an error that takes it back skips the rest of the group as well.
 */
abstract class Pending {
    private int open;
    private long lastGroup;

    /** A message of this group that changes it was sent. */
    final void sent(long group) {
        open++;
        lastGroup = group;
    }

    /** One of them was answered, or never will be. */
    final void settled() {
        open--;
    }

    /** Whether an answer to a group before this one may still change what the book says. */
    public final boolean isOpenBefore(long group) {
        return open > 0 && lastGroup != group;
    }

    final boolean isSettled() {
        return open == 0;
    }
}
