package dev.pgweir.proxy.prepare;

import org.jspecify.annotations.Nullable;

/**
 * An unnamed statement of one client: its text is kept, because the next message that refers to it may meet another
 * server. It is at the same time the effect of its own first Parse.
 */
public final class UnnamedStatement implements Effect {
    private final ClientStatements client;
    private final byte @Nullable [] definition;
    private final long version;
    private final Behaviour behaviour;
    private final ServerStatements server;
    /** It stands for none: the end of the one before. */
    private final boolean none;

    /** Until the answer has come. */
    private @Nullable UnnamedStatement before;

    /** Whose {@link #before} it is. */
    private @Nullable UnnamedStatement after;

    /**
     * Notes that the client's unnamed statement is being parsed on this server.
     *
     * @param definition what follows the name in the Parse message; taken over. Null if that is too long to be kept, so
     *     that the statement is lost with this server
     */
    public UnnamedStatement(
            ClientStatements client,
            ServerStatements server,
            byte @Nullable [] definition,
            Behaviour behaviour,
            long group) {
        this.none = false;
        this.client = client;
        this.server = server;
        this.definition = definition;
        this.version = client.nextUnnamedVersion();
        this.behaviour = behaviour;
        putOnTop();
        server.parsingUnnamed(client, version, group);
    }

    /** Notes that the client's unnamed statement is being ended on this server. */
    UnnamedStatement(ClientStatements client, ServerStatements server, long group) {
        this.none = true;
        this.client = client;
        this.definition = null;
        this.server = server;
        this.version = client.nextUnnamedVersion();
        this.behaviour = Behaviour.NONE;
        putOnTop();
        server.closingUnnamed(group);
    }

    private void putOnTop() {
        UnnamedStatement old = client.top();
        link(old, this);
        client.top(this);
    }

    private static void link(@Nullable UnnamedStatement earlier, @Nullable UnnamedStatement later) {
        if (earlier != null) {
            earlier.after = later;
        }
        if (later != null) {
            later.before = earlier;
        }
    }

    boolean isNone() {
        return none;
    }

    /** Which of the client's it is. */
    public long version() {
        return version;
    }

    /** What executing it does beyond its result. */
    public Behaviour behaviour() {
        return behaviour;
    }

    /** Text and parameter types as they stand in a Parse message; null if they were too long to be kept. */
    public byte @Nullable [] definition() {
        return definition;
    }

    @Override
    public void done() {
        if (before != null) {
            before.after = null;
            before = null;
        }
        server.unnamedSettled();
    }

    /** PostgreSQL drops the old one before it looks at the new text. */
    @Override
    public void failed() {
        if (none) {
            // A query that fails has ended it all the same.
            done();
        } else {
            takeBack(null);
        }
    }

    @Override
    public void skipped() {
        takeBack(before);
    }

    /** A later group of the pipeline may have made another one already. */
    private void takeBack(@Nullable UnnamedStatement to) {
        server.unnamedSettled();
        server.lostUnnamed(client, version);
        UnnamedStatement later = after;
        if (before != null) {
            before.after = null;
        }
        link(to, later);
        if (client.top() == this) {
            client.top(to);
        }
        before = null;
        after = null;
    }

    /** It is parsed once more, on another server than before. */
    public Effect again(ServerStatements on, long group) {
        on.parsingUnnamed(client, version, group);
        return new Effect() {
            @Override
            public void done() {
                on.unnamedSettled();
            }

            @Override
            public void failed() {
                on.unnamedSettled();
                on.lostUnnamed(client, version);
            }

            @Override
            public void skipped() {
                failed();
            }
        };
    }
}
