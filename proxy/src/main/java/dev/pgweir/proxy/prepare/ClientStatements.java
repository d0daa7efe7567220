package dev.pgweir.proxy.prepare;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A client's own names for statements, and its unnamed one. Touched on the client's loop. */
public final class ClientStatements {
    /** A name of the client. Kept without a statement only while an answer may bring one back. */
    public static final class Name extends Pending implements Reference {
        private final String name;
        private @Nullable PreparedStatement statement;

        Name(String name) {
            this.name = name;
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
            statement = as;
        }
    }

    /** Small, because most clients have none, and there are many clients. */
    private Map<String, Name> names = new HashMap<>(2);

    /** Stands for this client where it must not be kept alive. */
    private final Object identity = new Object();

    private @Nullable UnnamedStatement unnamed;
    private long unnamedVersions;

    /** The name, or null if the client has no such statement and is not about to get one. */
    public @Nullable Name find(String name) {
        return names.isEmpty() ? null : names.get(name);
    }

    /** The client's statement of this name is about to be another one, or none. */
    public Effect change(String name, @Nullable PreparedStatement to, long group) {
        Name entry = names.computeIfAbsent(name, Name::new);
        PreparedStatement before = entry.statement;
        entry.statement = to;
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
                entry.statement = before;
                settle();
            }

            private void settle() {
                entry.settled();
                if (entry.statement == null && entry.isSettled()) {
                    names.remove(entry.name, entry);
                }
            }
        };
    }

    /**
     * All names are about to be deallocated. Takes no longer however many there are, since a client may ask for it thousands
     * of times in one query.
     */
    public Effect clearing() {
        Map<String, Name> before = names;
        names = new HashMap<>(2);
        return new Effect() {
            @Override
            public void done() {}

            @Override
            public void failed() {
                skipped();
            }

            @Override
            public void skipped() {
                names = before;
                // What was answered in the meantime was looked for among the new ones.
                names.values().removeIf(name -> name.statement == null && name.isSettled());
            }
        };
    }

    /** All names are deallocated; the unnamed statement stays, as PostgreSQL has it. */
    public void clear() {
        names.values().forEach(entry -> entry.statement = null);
        names.values().removeIf(Pending::isSettled);
    }

    /** Whether an answer to a group before this one may change what a name means. */
    public boolean isOpenBefore(long group) {
        return names.values().stream().anyMatch(name -> name.isOpenBefore(group));
    }

    /** How many names there are. */
    public int size() {
        return names.size();
    }

    // ---- the unnamed statement ----

    /** The unnamed statement, if every message that was sent succeeds; null for none. */
    public @Nullable UnnamedStatement unnamed() {
        return unnamed == null || unnamed.isNone() ? null : unnamed;
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
