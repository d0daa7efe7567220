package dev.pgweir.proxy.prepare;

import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.SqlState;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client's own names for statements, and its unnamed one. Touched on the client's loop. */
public final class ClientStatements {
    /**
     * Bytes that a client's names and texts may have together. More than three times what pgjdbc lets one connection have
     * prepared (preparedStatementCacheSizeMiB is 5); PgWeir keeps them as long as the client is there, so that a client that
     * prepares without end must not be able to take its memory.
     */
    public static final int MAX_BYTES = 16 * 1024 * 1024;

    /** What a statement without a text takes, in bytes; rounded up. */
    private static final int OVERHEAD = 256;

    /** Names and what they weigh. */
    static final class Book {
        /** Small, because most clients have none, and there are many clients. */
        private final Map<String, Name> names = new HashMap<>(2);

        private long bytes;
    }

    /** A name of the client. Kept without a statement only while an answer may bring one back. */
    public static final class Name extends Pending implements Reference {
        private final String name;
        private final Book book;
        private @Nullable PreparedStatement statement;

        Name(String name, Book book) {
            this.name = name;
            this.book = book;
        }

        private void set(@Nullable PreparedStatement to) {
            book.bytes += weight(to) - weight(statement);
            statement = to;
        }

        private long weight(@Nullable PreparedStatement of) {
            return of == null ? 0 : name.length() + of.definitionLength() + OVERHEAD;
        }

        @Override
        public String clientName(String sent) {
            return name;
        }

        /** What it means at present, if every message that was sent succeeds. */
        public @Nullable PreparedStatement statement() {
            return statement;
        }

        /** The same text, read by other settings. */
        public void reread(PreparedStatement as) {
            set(as);
        }
    }

    private Book book = new Book();

    /** Stands for this client where it must not be kept alive. */
    private final Object identity = new Object();

    private @Nullable UnnamedStatement unnamed;
    private long unnamedVersions;

    /** The name, or null if the client has no such statement and is not about to get one. */
    public @Nullable Name find(String name) {
        return book.names.isEmpty() ? null : book.names.get(name);
    }

    /**
     * To be called before a statement is prepared.
     *
     * @param length bytes of its definition
     * @throws ProtocolException if the client has no room for it
     */
    public void require(int length) {
        long all = book.bytes + length + OVERHEAD;
        if (all > MAX_BYTES) {
            throw new ProtocolException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "too many prepared statements: a client's may have " + MAX_BYTES + " bytes, each counted with "
                            + OVERHEAD + " more; " + size() + " have " + book.bytes + ", the next one has " + length);
        }
    }

    /** The client's statement of this name is about to be another one, or none. */
    public Effect change(String name, @Nullable PreparedStatement to, long group) {
        Book in = book;
        Name entry = in.names.computeIfAbsent(name, it -> new Name(it, in));
        PreparedStatement before = entry.statement;
        entry.set(to);
        entry.sent(group);
        return new Effect() {
            @Override
            public void done() {
                settle();
            }

            @Override
            public void failed() {
                skipped();
            }

            @Override
            public void skipped() {
                entry.set(before);
                settle();
            }

            private void settle() {
                entry.settled();
                if (entry.statement == null && entry.isSettled()) {
                    in.names.remove(entry.name, entry);
                }
            }
        };
    }

    /**
     * All names are about to be deallocated. Takes no longer however many there are, since a client may ask for it thousands
     * of times in one query.
     */
    public Effect clearing() {
        Book before = book;
        book = new Book();
        return new Effect() {
            @Override
            public void done() {}

            @Override
            public void failed() {
                skipped();
            }

            @Override
            public void skipped() {
                book = before;
            }
        };
    }

    /** All names are deallocated; the unnamed statement stays, as PostgreSQL has it. */
    public void clear() {
        book.names.values().forEach(entry -> entry.set(null));
        book.names.values().removeIf(Pending::isSettled);
    }

    /** Whether an answer to a group before this one may change what a name means. */
    public boolean isOpenBefore(long group) {
        return book.names.values().stream().anyMatch(name -> name.isOpenBefore(group));
    }

    /** How many names there are. */
    public int size() {
        return book.names.size();
    }

    // ---- the unnamed statement ----

    /** The unnamed statement, if every message that was sent succeeds; null for none. */
    public @Nullable UnnamedStatement unnamed() {
        return unnamed == null || unnamed.isNone() ? null : unnamed;
    }

    /** Whether there is one, or will be if messages are skipped. */
    public boolean mayHaveUnnamed() {
        return unnamed != null;
    }

    Object identity() {
        return identity;
    }

    /** The last of those that answers may still take back. */
    @Nullable
    UnnamedStatement top() {
        return unnamed;
    }

    void top(@Nullable UnnamedStatement to) {
        unnamed = to;
    }

    /** A message that ends the unnamed statement was sent to this server, in a group that may be skipped. */
    public Effect closeUnnamed(ServerStatements server, long group) {
        return new UnnamedStatement(this, server, group);
    }

    /** A simple query ends it. */
    public void forgetUnnamed() {
        unnamed = null;
    }

    long nextUnnamedVersion() {
        return ++unnamedVersions;
    }
}
