package dev.pgweir.proxy.link;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.frontend.PreparedKind;
import dev.pgweir.proxy.pool.PoolStats;
import dev.pgweir.proxy.prepare.Behaviour;
import dev.pgweir.proxy.prepare.ClientStatements;
import dev.pgweir.proxy.prepare.Effect;
import dev.pgweir.proxy.prepare.Effects;
import dev.pgweir.proxy.prepare.PreparedStatement;
import dev.pgweir.proxy.prepare.Reference;
import dev.pgweir.proxy.prepare.ServerStatements;
import dev.pgweir.proxy.prepare.SqlCommand;
import dev.pgweir.proxy.prepare.StatementTable;
import dev.pgweir.proxy.prepare.UnnamedStatement;
import dev.pgweir.proxy.prepare.sql.ReadingSettings;
import dev.pgweir.proxy.prepare.sql.SessionStatement;
import dev.pgweir.proxy.prepare.sql.SqlScan;
import dev.pgweir.proxy.prepare.sql.SqlScanner;
import dev.pgweir.proxy.server.SessionParameters;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that what a client's message refers to is prepared on the server it goes to, and puts the server's name for
 * it in the place of the client's. One for each client whose statements are followed; on the client's loop.
 *
 * <p>Every answer that the client gets is one that PostgreSQL gave to a message of this client: where there is nothing to
 * be done, because another client has prepared the same before, a message that does nothing is sent in the place of the
 * client's. So the order of answers and what an error skips is PostgreSQL's own.
 *
 * <p>Usage: {@link #onMessage}, and unless it says {@link Outcome#WAIT} send first {@link #takeBefore}, then of the
 * client's message what is from {@link #keepFrom} on.
 */
public final class Preparer {
    /** What is to be done with a message. */
    public enum Outcome {
        /** It is sent, what belongs before it first. */
        SEND,
        /** It needs to know what becomes of an earlier group; ask again after the next answers. */
        WAIT
    }

    /**
     * Names of statements and portals of a Bind that is longer than a read buffer. PostgreSQL sets no limit; a name longer
     * than this would be longer than any driver's statement.
     */
    public static final int MAX_NAMES = 64 * 1024;

    /** How much of an unknown name is kept for the error's text: many such may be open, and the server is told none. */
    private static final int MAX_TOLD = 256;

    private static final Reference UNNAMED = sent -> "";

    private final Link link;
    private final ClientStatements client = new ClientStatements();
    private final StatementTable table;
    private final SessionParameters wanted;
    private int limit;
    private final SqlRewriter sql;
    /** Null if statements are prepared for the client. */
    private final @Nullable PassedStatements passed;

    private @Nullable ByteBuf before;
    private int keepFrom;
    /** What portals of the transaction execute, by name, if that is more than a query; nearly always empty. */
    private final Map<String, SqlCommand> commands = new HashMap<>(2);
    /** The next message waits until all before it is answered. */
    private boolean held;
    /** Something of PgWeir's own belongs before the message at hand. */
    private boolean prefixed;
    /** A query went out with such; see {@link #isBlocked}. */
    private boolean blocked;
    /** See {@link #readsOtherwise()}. */
    private boolean readsOtherwise;
    /** Statements that the query at hand needs, and that may not make room for others. Nearly always empty. */
    private Set<PreparedStatement> needed = Set.of();

    /**
     * @param wanted the client's settings: the same text read by other settings is another statement
     * @param limit setting {@code max_prepared_statements}: how many a server may have; with 0 the client's statements pass as
     *     they are, and only its settings are followed
     */
    public Preparer(Link link, StatementTable table, SessionParameters wanted, int limit) {
        this.link = link;
        this.table = table;
        this.wanted = wanted;
        this.limit = limit;
        this.sql = new SqlRewriter(this);
        this.passed = limit == 0 ? new PassedStatements(this) : null;
    }

    /** Another {@code max_prepared_statements}, from the next statement on; whether any are prepared stays as it is. */
    public void limit(int statements) {
        if (statements > 0) {
            limit = statements;
        }
    }

    /** Whether the client's statements are passed on as they come. */
    public boolean passes() {
        return passed != null;
    }

    /** Gives back what was not sent. */
    public void release() {
        if (before != null) {
            before.release();
            before = null;
        }
    }

    /**
     * The answer to a query that needs no server, or null: see {@link SqlRewriter#answerAlone}.
     *
     * @param buffer has the whole message at from…to
     */
    public @Nullable CommandComplete answerAlone(ByteBuf buffer, int from, int to) {
        return passes() ? null : sql.answerAlone(buffer, from, to);
    }

    /** The answer to a query has begun, or something else was sent behind it: it is not sent once more. */
    void answered() {
        sql.answered();
    }

    /** See {@link SqlRewriter#executeAgain}. */
    boolean executeAgain(ErrorResponse error, Effects failed, Runnable beforeAgain) {
        return sql.executeAgain(error, failed, beforeAgain);
    }

    /** The client's own names. */
    public ClientStatements client() {
        return client;
    }

    /** What has to be sent before the message, or null. The caller owns it. */
    public @Nullable ByteBuf takeBefore() {
        ByteBuf all = before;
        before = null;
        return all;
    }

    /** Where in the buffer the part of the message begins that is sent; its end if nothing of it is. */
    public int keepFrom() {
        return keepFrom;
    }

    /**
     * Looks at a message of the types P, B, D, C, E and Q that is about to be sent, and enters it in the queue.
     *
     * @param buffer has the whole message at from…to, or of one that is too long for that the header
     */
    public Outcome onMessage(byte type, ByteBuf buffer, int from, int to, boolean whole) {
        keepFrom = from;
        if (isHeld()) {
            return waitForAnswers();
        }
        prefixed = false;
        return switch (type) {
            case FrontendMessageType.QUERY -> whole ? sql.onQuery(buffer, from, to) : query(null);
            case FrontendMessageType.EXECUTE -> onExecute(buffer, from, to, whole);
            case FrontendMessageType.PARSE -> whole ? onParse(buffer, from, to) : onLongParse();
            case FrontendMessageType.BIND -> onBind(buffer, from, to, true);
            case FrontendMessageType.DESCRIBE, FrontendMessageType.CLOSE -> {
                if (passes()) {
                    sent(type, null);
                    yield Outcome.SEND;
                }
                if (!whole) {
                    throw tooLong(type);
                }
                yield type == FrontendMessageType.DESCRIBE ? onDescribe(buffer, from, to) : onClose(buffer, from, to);
            }
            default -> throw new IllegalArgumentException(FrontendMessageType.name(type));
        };
    }

    /** Whether the next request has to wait for answers, whatever it is. */
    public boolean isHeld() {
        if (link.isReadingSettings()) {
            // It may have to meet another value than the server has.
            return true;
        }
        held = held && !link.isAnswered();
        return held;
    }

    /**
     * Whether the next message, of any type, has to wait: messages of PgWeir's own were sent before a simple query. If one
     * of them fails PostgreSQL skips whatever comes up to a Sync, of which the client knows nothing.
     */
    public boolean isBlocked() {
        blocked = blocked && link.hasOwnMessages();
        return blocked;
    }

    /** The server is another's: nothing of what was sent is open, and nothing waits for it. */
    void left() {
        readsOtherwise = false;
        sql.answered();
        held = false;
        blocked = false;
    }

    private static ProtocolException tooLong(byte type) {
        return ProtocolException.violation("the message " + FrontendMessageType.name(type)
                + " is too long: a statement's name may have " + MAX_NAMES + " bytes");
    }

    // ---- Parse ----

    private Outcome onParse(ByteBuf buffer, int from, int to) {
        int nameFrom = from + FrameScanner.HEADER_LENGTH;
        int nameTo = terminator(buffer, nameFrom, to);
        int textTo = terminator(buffer, nameTo + 1, to);
        if (textTo < 0) {
            return malformed(FrontendMessageType.PARSE);
        }
        SqlScan scan = SqlScanner.scan(buffer, nameTo + 1, textTo);
        if (passed != null) {
            passed.onParse(buffer, portal(buffer, nameFrom, nameTo), scan, nameTo + 1, to);
            return Outcome.SEND;
        }
        if (nameTo == nameFrom) {
            return onParseUnnamed(buffer, scan, nameTo + 1, to);
        }
        return onParseNamed(buffer, scan, name(buffer, nameFrom, nameTo), nameTo + 1, to);
    }

    private Outcome onParseUnnamed(ByteBuf buffer, SqlScan scan, int from, int to) {
        if (scan.statements().isEmpty()) {
            sent(
                    FrontendMessageType.PARSE,
                    new UnnamedStatement(client, server(), bytes(buffer, from, to), Behaviour.NONE, group()));
            return Outcome.SEND;
        }
        if (sql.mustWait(scan)) {
            return waitForAnswers();
        }
        SqlRewriter.Rewritten rewritten = sql.rewriteForParse(buffer, scan, from, to);
        ensureTarget(rewritten.behaviour());
        StatementMessages.parseUnnamed(before(), rewritten.definition());
        keepFrom = to;
        sent(
                FrontendMessageType.PARSE,
                inPlaces(rewritten)
                        .add(new UnnamedStatement(
                                client, server(), rewritten.definition(), rewritten.behaviour(), group())));
        return Outcome.SEND;
    }

    private Outcome onParseNamed(ByteBuf buffer, SqlScan scan, String name, int from, int to) {
        ClientStatements.Name known = client.find(name);
        if (isOpen(known) || sql.mustWait(scan)) {
            return waitForAnswers();
        }
        SqlRewriter.Rewritten rewritten =
                scan.statements().isEmpty() ? null : sql.rewriteForParse(buffer, scan, from, to);
        byte[] definition = rewritten == null ? bytes(buffer, from, to) : rewritten.definition();
        PreparedStatement exists = known == null ? null : known.statement();
        if (known != null && exists != null) {
            return parseAgain(known, exists, definition, to);
        }
        client.require(definition.length);
        PreparedStatement statement = made(
                PreparedStatement.Kind.PARSE, definition, rewritten == null ? Behaviour.NONE : rewritten.behaviour());
        if (server().isOpenBefore(statement, group())) {
            return waitForAnswers();
        }
        stats().clientParseCount().increment();
        keepFrom = to;
        if (server().has(statement) && link.isIdle() && link.status() != TransactionStatus.FAILED) {
            // Only an answer is missing, and nothing can make it another one.
            StatementMessages.parseEmpty(before(), "");
            server().forgetUnnamed();
            sent(FrontendMessageType.PARSE, client.change(name, statement, group()));
            return Outcome.SEND;
        }
        ensureTarget(statement.behaviour());
        makeRoom(statement);
        StatementMessages.parse(before(), statement);
        stats().serverParseCount().increment();
        sent(
                FrontendMessageType.PARSE,
                inPlaces(rewritten)
                        .add(client.change(name, statement, group()))
                        .add(server().preparing(statement, group())));
        return Outcome.SEND;
    }

    /** An error in the text is told by the places of the client's text. */
    private static Effects inPlaces(SqlRewriter.@Nullable Rewritten rewritten) {
        SqlCommand command = rewritten == null ? null : rewritten.behaviour().command();
        Effects effects = new Effects();
        return command == null ? effects : effects.shifted(command.end(), command.longer());
    }

    /** The name is taken; PostgreSQL says so, after it has looked at the new text. */
    private Outcome parseAgain(ClientStatements.Name name, PreparedStatement exists, byte[] definition, int to) {
        if (isOpen(exists)) {
            return waitForAnswers();
        }
        // Not only if it is believed to be missing: were it missing, the name would get the new text, for everybody.
        PreparedStatement now = reread(name, exists);
        prepare(now);
        StatementMessages.parseHeader(before(), now.name(), definition.length);
        before().writeBytes(definition);
        keepFrom = to;
        sent(FrontendMessageType.PARSE, name);
        return Outcome.SEND;
    }

    /** Too long to be kept: it lasts as long as the client has this server. */
    private Outcome onLongParse() {
        sent(FrontendMessageType.PARSE, new UnnamedStatement(client, server(), null, Behaviour.NONE, group()));
        return Outcome.SEND;
    }

    // ---- Bind, Describe, Close, Execute ----

    /**
     * Enters a Bind that is too long to be looked at as a whole. It cannot wait, so what is uncertain is prepared anew.
     *
     * @param names the header and the two names
     */
    public void onLongBind(ByteBuf names) {
        onBind(names, 0, names.writerIndex(), false);
        if (keepFrom == 0) {
            // Nothing was to be changed.
            before().writeBytes(names, 0, names.writerIndex());
        }
    }

    /**
     * Enters a Bind.
     *
     * @param buffer has at least the two names at from…to, behind the header
     */
    private Outcome onBind(ByteBuf buffer, int from, int to, boolean mayWait) {
        keepFrom = from;
        if (passed != null) {
            passed.onBind(buffer, from, to);
            return Outcome.SEND;
        }
        int portalFrom = from + FrameScanner.HEADER_LENGTH;
        int portalTo = terminator(buffer, portalFrom, to);
        int nameTo = terminator(buffer, portalTo + 1, to);
        if (nameTo < 0) {
            return malformed(FrontendMessageType.BIND);
        }
        // The message may be longer than what is here.
        int rest = buffer.getInt(from + 1) - (nameTo + 1 - portalFrom) - Integer.BYTES;
        if (nameTo == portalTo + 1) {
            return onUnnamed(FrontendMessageType.BIND, portal(buffer, portalFrom, portalTo), mayWait, () -> {
                StatementMessages.bindHeader(
                        before(), buffer.slice(portalFrom, portalTo - portalFrom), PreparedStatement.NOWHERE, rest);
                keepFrom = nameTo + 1;
            });
        }
        ClientStatements.Name name = client.find(name(buffer, portalTo + 1, nameTo));
        if (mayWait && isOpen(name)) {
            return waitForAnswers();
        }
        PreparedStatement statement = statementOf(name);
        Effect effect;
        if (name == null || statement == null) {
            String unknown = told(buffer, portalTo + 1, nameTo);
            effect = (Reference) sent -> unknown;
        } else {
            boolean open = isOpen(statement) || isTargetOpen(statement.behaviour());
            if (open && mayWait) {
                return waitForAnswers();
            }
            ensureTarget(statement.behaviour());
            if (open) {
                prepare(statement);
            }
            ensure(statement);
            stats().bindCount().increment();
            statement.uses().increment();
            effect = name;
        }
        StatementMessages.bindHeader(
                before(),
                buffer.slice(portalFrom, portalTo - portalFrom),
                statement == null ? PreparedStatement.NOWHERE : statement.name(),
                rest);
        keepFrom = nameTo + 1;
        if (statement != null) {
            bound(portal(buffer, portalFrom, portalTo), statement.behaviour());
        }
        sent(FrontendMessageType.BIND, effect);
        return Outcome.SEND;
    }

    private Outcome onDescribe(ByteBuf buffer, int from, int to) {
        int nameFrom = from + FrameScanner.HEADER_LENGTH + 1;
        int nameTo = terminator(buffer, nameFrom, to);
        if (nameTo < 0) {
            return malformed(FrontendMessageType.DESCRIBE);
        }
        if (buffer.getByte(nameFrom - 1) != PreparedKind.STATEMENT.code()) {
            sent(FrontendMessageType.DESCRIBE, null);
            return Outcome.SEND;
        }
        if (nameTo == nameFrom) {
            return onUnnamed(FrontendMessageType.DESCRIBE, "", true, () -> {
                StatementMessages.describe(before(), PreparedStatement.NOWHERE);
                keepFrom = to;
            });
        }
        ClientStatements.Name name = client.find(name(buffer, nameFrom, nameTo));
        if (isOpen(name)) {
            return waitForAnswers();
        }
        PreparedStatement statement = statementOf(name);
        Effect effect;
        if (name == null || statement == null) {
            String unknown = told(buffer, nameFrom, nameTo);
            effect = (Reference) sent -> unknown;
        } else if (isOpen(statement) || isTargetOpen(statement.behaviour())) {
            return waitForAnswers();
        } else {
            ensureTarget(statement.behaviour());
            ensure(statement);
            effect = name;
        }
        StatementMessages.describe(before(), statement == null ? PreparedStatement.NOWHERE : statement.name());
        keepFrom = to;
        sent(FrontendMessageType.DESCRIBE, effect);
        return Outcome.SEND;
    }

    /** A Bind or Describe that refers to the unnamed statement. */
    private Outcome onUnnamed(byte type, String portal, boolean mayWait, Runnable sendToNowhere) {
        boolean open = server().isUnnamedOpenBefore(group());
        if (open && mayWait) {
            return waitForAnswers();
        }
        UnnamedStatement unnamed = client.unnamed();
        if (unnamed == null) {
            // The server may have one of somebody else.
            sendToNowhere.run();
            sent(type, UNNAMED);
            return Outcome.SEND;
        }
        if (mayWait && isTargetOpen(unnamed.behaviour())) {
            return waitForAnswers();
        }
        ensureTarget(unnamed.behaviour());
        if (open || !server().hasUnnamed(client, unnamed.version())) {
            byte[] definition = unnamed.definition();
            if (definition == null) {
                sendToNowhere.run();
                sent(type, UNNAMED);
                return Outcome.SEND;
            }
            StatementMessages.parseUnnamed(before(), definition);
            hidden(FrontendMessageType.PARSE, unnamed.again(server(), group()));
        }
        if (type == FrontendMessageType.BIND) {
            bound(portal, unnamed.behaviour());
        }
        sent(type, null);
        return Outcome.SEND;
    }

    private Outcome onClose(ByteBuf buffer, int from, int to) {
        int nameFrom = from + FrameScanner.HEADER_LENGTH + 1;
        int nameTo = terminator(buffer, nameFrom, to);
        if (nameTo < 0) {
            return malformed(FrontendMessageType.CLOSE);
        }
        if (buffer.getByte(nameFrom - 1) != PreparedKind.STATEMENT.code()) {
            sent(FrontendMessageType.CLOSE, null);
            return Outcome.SEND;
        }
        if (nameTo == nameFrom) {
            if (server().isUnnamedOpenBefore(group())) {
                return waitForAnswers();
            }
            sent(FrontendMessageType.CLOSE, client.closeUnnamed(server(), group()));
            return Outcome.SEND;
        }
        String name = name(buffer, nameFrom, nameTo);
        ClientStatements.Name known = client.find(name);
        if (isOpen(known)) {
            return waitForAnswers();
        }
        // The server keeps it: somebody else may use it, or the same client again.
        StatementMessages.close(before(), PreparedKind.STATEMENT, PreparedStatement.NOWHERE);
        keepFrom = to;
        sent(FrontendMessageType.CLOSE, known == null ? null : client.change(name, null, group()));
        return Outcome.SEND;
    }

    private Outcome onExecute(ByteBuf buffer, int from, int to, boolean whole) {
        int nameFrom = from + FrameScanner.HEADER_LENGTH;
        int nameTo = commands.isEmpty() || !whole ? -1 : terminator(buffer, nameFrom, to);
        SqlCommand command = nameTo < 0 ? null : commands.get(name(buffer, nameFrom, nameTo));
        if (command == null) {
            sent(FrontendMessageType.EXECUTE, null);
            return Outcome.SEND;
        }
        boolean all = command.kind() == SqlCommand.Kind.DEALLOCATE_ALL || command.kind() == SqlCommand.Kind.DISCARD_ALL;
        if (isOpen(client.find(command.name())) || isOpen(command.target()) || (all && sql.isAnythingOpen())) {
            return waitForAnswers();
        }
        sent(FrontendMessageType.EXECUTE, sql.execute(command));
        return Outcome.SEND;
    }

    /** What a statement does that changes settings, or has nothing to do with them. */
    Behaviour behaviour(ByteBuf buffer, SqlScan scan, int from, int to) {
        return sql.rewriteForParse(buffer, scan, from, to).behaviour();
    }

    /** A portal executes this from now on. */
    void bound(String portal, Behaviour behaviour) {
        if (!commands.isEmpty() && link.isIdle() && link.status() == TransactionStatus.IDLE) {
            // Portals end with their transaction.
            commands.clear();
        }
        SqlCommand command = behaviour.command();
        if (command != null) {
            commands.put(portal, command);
        } else if (!commands.isEmpty()) {
            commands.remove(portal);
        }
        executed(behaviour);
        if (command == null && !behaviour.touches().isEmpty()) {
            link.changedSinceReset(behaviour.touches());
        }
    }

    /** It is about to be. */
    void executed(Behaviour behaviour) {
        touched(behaviour.touches());
        readsOtherwise |= behaviour.reads();
    }

    private boolean isTargetOpen(Behaviour behaviour) {
        SqlCommand command = behaviour.command();
        return command != null && isOpen(command.target());
    }

    /** The command EXECUTE is described, when it is parsed already, by what it executes. */
    private void ensureTarget(Behaviour behaviour) {
        SqlCommand command = behaviour.command();
        if (command != null && command.kind() == SqlCommand.Kind.EXECUTE && command.target() != null) {
            ensure(command.target());
        }
    }

    // ---- for the rewriter of SQL, too ----

    /** Enters a simple query. It ends the unnamed statement, as PostgreSQL documents. */
    Outcome query(@Nullable Effects effects) {
        if (link.awaitsSync() || (client.mayHaveUnnamed() && !link.hasOnlyInternal())) {
            // PostgreSQL skips it after an error, even behind another query.
            Effects all = effects == null ? new Effects() : effects;
            sent(FrontendMessageType.QUERY, all.add(client.closeUnnamed(server(), group())));
        } else {
            client.forgetUnnamed();
            server().forgetUnnamed();
            sent(FrontendMessageType.QUERY, effects);
        }
        blocked |= prefixed;
        return Outcome.SEND;
    }

    /** Of a query that was rewritten nothing is sent but what was put before it. */
    void keepNothing(int to) {
        keepFrom = to;
    }

    /** The next message is not looked at before the one at hand is answered. */
    void holdNext() {
        held = true;
    }

    /** The query at hand needs these until {@link #needsNoMore}, and what is added to them. */
    void needs(Set<PreparedStatement> statements) {
        needed = statements;
    }

    boolean isNeeded(PreparedStatement statement) {
        return needed.contains(statement);
    }

    void alsoNeeds(PreparedStatement statement) {
        needed.add(statement);
    }

    void needsNoMore() {
        needed = Set.of();
    }

    boolean isOpen(ClientStatements.@Nullable Name name) {
        return name != null && name.isOpenBefore(group());
    }

    boolean isOpen(@Nullable PreparedStatement statement) {
        return statement != null && server().isOpenBefore(statement, group());
    }

    Outcome waitForAnswers() {
        if (before != null) {
            throw new IllegalStateException("a message was begun before it was known that it can be sent");
        }
        return Outcome.WAIT;
    }

    /**
     * What a name stands for, to be prepared where the server has it not. The server will read the text by this client's
     * settings of now; whoever has prepared the same by the former ones must not get that.
     */
    @Nullable
    PreparedStatement statementOf(ClientStatements.@Nullable Name name) {
        PreparedStatement statement = name == null ? null : name.statement();
        return name == null || statement == null || server().has(statement) ? statement : reread(name, statement);
    }

    private PreparedStatement reread(ClientStatements.Name name, PreparedStatement statement) {
        PreparedStatement now =
                readsOtherwise ? table.unshared(statement) : table.under(statement, wanted.readingSettings());
        name.reread(now);
        return now;
    }

    /** The statement of a text that the client prepares now. */
    PreparedStatement made(PreparedStatement.Kind kind, byte[] definition, Behaviour behaviour) {
        return readsOtherwise
                ? table.unshared(kind, definition, behaviour)
                : table.of(kind, definition, wanted.readingSettings(), behaviour);
    }

    /**
     * Texts of this client are read otherwise from now on than its settings tell, until it gives the server back. What is
     * prepared meanwhile it has for itself: whoever shared it would get other types of parameters and columns.
     */
    void readsOtherwise() {
        readsOtherwise = true;
    }

    /** Whether the server would read its text as it was read first. */
    boolean readsAlike(PreparedStatement statement) {
        return !readsOtherwise && table.isUnder(statement, wanted.readingSettings());
    }

    /** Prepares the statement on the server, if it is not there. */
    void ensure(PreparedStatement statement) {
        if (!server().has(statement)) {
            prepare(statement);
        }
    }

    private void prepare(PreparedStatement statement) {
        makeRoom(statement);
        stats().serverParseCount().increment();
        if (statement.kind() == PreparedStatement.Kind.PARSE) {
            StatementMessages.parse(before(), statement);
            hidden(FrontendMessageType.PARSE, server().preparing(statement, group()));
        } else {
            prepareBySql(statement);
        }
    }

    /** The command PREPARE, within a group of the extended protocol. */
    private void prepareBySql(PreparedStatement statement) {
        String helper = PreparedStatement.PREFIX + "P";
        ByteBuf out = before();
        dropStatement(helper);
        int length = StatementMessages.sqlPrepareLength(statement) + 1 + Short.BYTES;
        StatementMessages.parseHeader(out, helper, length);
        StatementMessages.sqlPrepare(out, statement);
        out.writeByte(0).writeShort(0);
        hidden(FrontendMessageType.PARSE, Effects.NONE);
        StatementMessages.bindAndExecute(out, helper, helper);
        hidden(FrontendMessageType.BIND, Effects.NONE);
        hidden(FrontendMessageType.EXECUTE, server().preparing(statement, group()));
        StatementMessages.close(out, PreparedKind.PORTAL, helper);
        hidden(FrontendMessageType.CLOSE, Effects.NONE);
        dropStatement(helper);
    }

    /** Closes what is too much with this one more, and what there may be of this name without our knowledge. */
    void makeRoom(PreparedStatement statement) {
        Set<PreparedStatement> but = needed.isEmpty() ? Set.of(statement) : needed;
        for (PreparedStatement surplus : server().surplus(limit, but)) {
            StatementMessages.close(before(), PreparedKind.STATEMENT, surplus.name());
            hidden(FrontendMessageType.CLOSE, server().closing(surplus, group()));
        }
        StatementMessages.close(before(), PreparedKind.STATEMENT, statement.name());
        hidden(
                FrontendMessageType.CLOSE,
                server().has(statement) ? server().closing(statement, group()) : Effects.NONE);
    }

    void dropStatement(String name) {
        StatementMessages.close(before(), PreparedKind.STATEMENT, name);
        hidden(FrontendMessageType.CLOSE, Effects.NONE);
    }

    ByteBuf before() {
        if (before == null) {
            before = link.alloc().buffer();
        }
        return before;
    }

    void hidden(byte type, Effect effect) {
        prefixed = true;
        link.sentHidden(type, effect);
    }

    void hiddenQuery(Effect effect) {
        link.sentHiddenQuery(effect);
    }

    private void sent(byte type, @Nullable Effect effect) {
        link.sent(type, effect);
    }

    void touched(List<String> settings) {
        if (!settings.isEmpty()) {
            link.touched(settings);
            readsOtherwise |= settings.stream().anyMatch(ReadingSettings::include);
        }
    }

    ServerStatements server() {
        return link.statements();
    }

    StatementTable table() {
        return table;
    }

    SessionParameters wanted() {
        return wanted;
    }

    PoolStats stats() {
        return link.stats();
    }

    Link link() {
        return link;
    }

    long group() {
        return link.group();
    }

    /** PostgreSQL is to say what is wrong with it. */
    private Outcome malformed(byte type) {
        sent(type, null);
        return Outcome.SEND;
    }

    /** Where the string from here on ends; negative if it does not, or if the one before did not. */
    static int terminator(ByteBuf buffer, int from, int to) {
        return from <= 0 || from > to ? -1 : buffer.indexOf(from, to, (byte) 0);
    }

    /** Nearly always the unnamed one, which costs nothing. */
    static String portal(ByteBuf buffer, int from, int to) {
        return from == to ? "" : name(buffer, from, to);
    }

    /** What PostgreSQL tells names by, whatever they are long. */
    private static String name(ByteBuf buffer, int from, int to) {
        return string(buffer, from, Math.min(to, from + SqlScanner.NAME_LENGTH));
    }

    /** A name for a text only. */
    private static String told(ByteBuf buffer, int from, int to) {
        return string(buffer, from, Math.min(to, from + MAX_TOLD));
    }

    private static String string(ByteBuf buffer, int from, int to) {
        return buffer.toString(from, to - from, StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(ByteBuf buffer, int from, int to) {
        byte[] copy = new byte[to - from];
        buffer.getBytes(from, copy);
        return copy;
    }

    /** Whether later texts of the transaction mean something else. */
    static boolean isReadOtherwiseAfter(List<SessionStatement> statements) {
        return statements.stream().anyMatch(it -> it.kind() == SessionStatement.Kind.READING);
    }

    /** Names of settings of the statements that only touch settings. */
    static List<String> settings(List<SessionStatement> statements) {
        List<String> names = new ArrayList<>(statements.size());
        for (SessionStatement statement : statements) {
            if (statement.kind() == SessionStatement.Kind.SET) {
                names.add(statement.name());
            } else if (statement.kind() == SessionStatement.Kind.RESET_ALL) {
                names.add("");
            }
        }
        return names;
    }
}
