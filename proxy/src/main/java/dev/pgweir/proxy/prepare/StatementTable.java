package dev.pgweir.proxy.prepare;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * All prepared statements of all clients, by what they are: two clients that prepare the same text share one. For any
 * thread.
 *
 * <p>A statement lives as long as a client has a name for it or a server knows it, which is what the references to it
 * tell; so the table's own are weak, and nobody counts.
 */
public final class StatementTable {
    /** Settings that equal no others. */
    @SuppressWarnings("ClassCanBeRecord") // Records with nothing in them are all equal.
    private static final class Unshared {}

    private static final class Entry extends WeakReference<PreparedStatement> {
        private final Definition definition;

        Entry(PreparedStatement statement, Definition definition, ReferenceQueue<PreparedStatement> queue) {
            super(statement, queue);
            this.definition = definition;
        }
    }

    private final ConcurrentHashMap<Definition, Entry> entries = new ConcurrentHashMap<>();
    private final ReferenceQueue<PreparedStatement> unused = new ReferenceQueue<>();
    /** Numbers begin at 1; 0 is {@link PreparedStatement#NOWHERE}. */
    private final AtomicLong lastId = new AtomicLong();

    /**
     * The statement with this definition.
     *
     * @param bytes what follows the name; the table takes them over
     * @param settings the settings that the text is read by; needs equals and hashCode
     */
    public PreparedStatement of(PreparedStatement.Kind kind, byte[] bytes, Object settings, Behaviour behaviour) {
        sweep();
        Definition definition = new Definition(kind, bytes, settings, behaviour);
        while (true) {
            Entry entry = entries.get(definition);
            PreparedStatement known = entry == null ? null : entry.get();
            if (known != null) {
                return known;
            }
            PreparedStatement made = new PreparedStatement(lastId.incrementAndGet(), definition);
            Entry mine = new Entry(made, definition, unused);
            boolean entered = entry == null
                    ? entries.putIfAbsent(definition, mine) == null
                    : entries.replace(definition, entry, mine);
            if (entered) {
                return made;
            }
        }
    }

    /**
     * This statement, as a server reads its text now that these settings are in force there; the one that is shared, even if
     * this one is not.
     */
    public PreparedStatement under(PreparedStatement statement, Object settings) {
        Definition definition = statement.definition();
        return definition.settings().equals(settings)
                ? statement
                : of(definition.kind(), definition.bytes(), settings, definition.behaviour());
    }

    /** Whether that is so already, or the statement is not shared. */
    public boolean isUnder(PreparedStatement statement, Object settings) {
        Object read = statement.definition().settings();
        return read instanceof Unshared || read.equals(settings);
    }

    /**
     * One that nobody else gets: because a server is to have the same under two names for a moment, or because the text is
     * read otherwise than the settings of the client tell.
     */
    public PreparedStatement unshared(PreparedStatement.Kind kind, byte[] bytes, Behaviour behaviour) {
        return of(kind, bytes, new Unshared(), behaviour);
    }

    /** The same for the text of a statement that may be shared. */
    public PreparedStatement unshared(PreparedStatement statement) {
        Definition definition = statement.definition();
        return definition.settings() instanceof Unshared
                ? statement
                : unshared(definition.kind(), definition.bytes(), definition.behaviour());
    }

    /** Whoever prepares this text from now on gets another statement: what servers have under its name is of no use. */
    public void retire(PreparedStatement statement) {
        Entry entry = entries.get(statement.definition());
        if (entry != null && entry.get() == statement) {
            entries.remove(statement.definition(), entry);
        }
    }

    /** Those in use, in the order of their numbers. */
    public List<PreparedStatement> all() {
        List<PreparedStatement> all = new ArrayList<>();
        entries.values().forEach(entry -> {
            PreparedStatement statement = entry.get();
            if (statement != null) {
                all.add(statement);
            }
        });
        all.sort(Comparator.comparingLong(PreparedStatement::id));
        return all;
    }

    private void sweep() {
        for (Reference<? extends PreparedStatement> gone = unused.poll(); gone != null; gone = unused.poll()) {
            remove(gone);
        }
    }

    private void remove(@Nullable Reference<? extends PreparedStatement> gone) {
        if (gone instanceof Entry entry) {
            entries.remove(entry.definition, entry);
        }
    }
}
