package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.NoticeResponse;
import dev.pgweir.proxy.client.ConsoleClient;
import dev.pgweir.proxy.client.ConsoleConversation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The commands of the console: who may use which, and what a statement means. For any event loop. */
public final class Console {
    /** Longer input is no command; the error quotes its beginning only. */
    static final int MAX_QUOTED = 60;

    /** Ample for any command with a database's name or a setting's value in it, and no burden to take apart. */
    static final int MAX_CHARACTERS = 4096;

    /** Bounds the answer, which is built before it is sent: each SHOW CLIENTS in a query is a row per client. */
    static final int MAX_COMMANDS = 16;

    private static final List<Command> COMMANDS = List.of(
            new ShowActiveSocketsCommand(),
            new ShowClientsCommand(),
            new ShowConfigCommand(),
            new ShowDatabasesCommand(),
            new ShowDnsHostsCommand(),
            new ShowDnsZonesCommand(),
            new ShowFdsCommand(),
            new ShowHelpCommand(),
            new ShowListsCommand(),
            new ShowMemCommand(),
            new ShowPeersCommand(),
            new ShowPeerPoolsCommand(),
            new ShowPoolsCommand(),
            new ShowPreparedStatementsCommand(),
            new ShowServersCommand(),
            new ShowSocketsCommand(),
            new ShowStateCommand(),
            new ShowStatsCommand(),
            new ShowStatsAveragesCommand(),
            new ShowStatsTotalsCommand(),
            new ShowTotalsCommand(),
            new ShowUsersCommand(),
            new ShowVersionCommand(),
            new DisableCommand(),
            new EnableCommand(),
            new KillCommand(),
            new KillClientCommand(),
            new PauseCommand(),
            new ReconnectCommand(),
            new ReloadCommand(),
            new ResumeCommand(),
            new SetCommand(),
            new ShutdownCommand(),
            new SuspendCommand(),
            new WaitCloseCommand());

    private static final ConsoleData NO_DATA = new NoData();

    private final Map<String, Command> commands = new LinkedHashMap<>();
    private final ConsoleData data;
    private final ConsoleControl control;
    private final ConsoleActivity activity;

    /**
     * @param activity counts what is done here
     */
    public Console(ConsoleData data, ConsoleControl control, ConsoleActivity activity) {
        this(data, control, activity, COMMANDS);
    }

    Console(ConsoleData data, ConsoleControl control, ConsoleActivity activity, List<Command> known) {
        this.data = data;
        this.control = control;
        this.activity = activity;
        for (Command command : known) {
            commands.put(command.name(), command);
        }
    }

    /** All commands. */
    static List<Command> commands() {
        return COMMANDS;
    }

    /** How every command is written. */
    static List<String> usages() {
        return COMMANDS.stream().map(Command::usage).toList();
    }

    /** Begins a conversation with a user who has logged in. */
    public ConsoleConversation converse(ConsoleUser user, ConsoleClient client) {
        activity.loggedIn();
        return new Conversation(this, user, client);
    }

    /** The commands of a query, which may be too long, or hold too many of them. */
    static List<Statement> parse(String sql) throws ConsoleException {
        if (sql.length() > MAX_CHARACTERS) {
            throw tooMuch(MAX_CHARACTERS + " characters", sql.length());
        }
        List<Statement> statements = ConsoleText.statements(sql);
        if (statements.size() > MAX_COMMANDS) {
            throw tooMuch(MAX_COMMANDS + " commands", statements.size());
        }
        return statements;
    }

    /** A message that is too long to be looked at. */
    static ConsoleException tooLong() {
        return new ConsoleException(
                SqlState.PROGRAM_LIMIT_EXCEEDED,
                "a query of the console may have up to " + MAX_CHARACTERS + " characters, this one has more");
    }

    private static ConsoleException tooMuch(String limit, int found) {
        return new ConsoleException(
                SqlState.PROGRAM_LIMIT_EXCEEDED,
                "a query of the console may have up to " + limit + ", this one has " + found);
    }

    /** Writes the columns that the answer to a statement will have, if any. */
    void describe(Statement statement, ResultWriter out) throws ConsoleException {
        String setting = shownSetting(statement);
        if (setting != null) {
            out.columns("s", setting);
        } else if (TransactionWord.of(statement) == null && find(statement) instanceof ShowCommand show) {
            show.run(NO_DATA, out);
        }
    }

    /**
     * Runs a statement.
     *
     * @param notices takes what the user should know before it is done; from any thread
     * @return null if the answer is written; else completes, on any thread, with the tag that ends it
     */
    @Nullable
    CompletableFuture<String> run(Statement statement, ConsoleUser user, ResultWriter out, Consumer<String> notices)
            throws ConsoleException {
        activity.queried();
        String setting = shownSetting(statement);
        if (setting != null) {
            out.columns("s", setting).row(DriverSettings.value(setting));
            out.done("SHOW");
            return null;
        }
        String ignored = ignoredSetting(statement);
        if (ignored != null) {
            out.notice(notice("SET ignored: the console has no " + ignored));
            out.done("SET");
            return null;
        }
        Command command = find(statement);
        if (command.forAdminsOnly() && !user.admin()) {
            throw new ConsoleException(
                    SqlState.INSUFFICIENT_PRIVILEGE, "admin access needed: " + command.name() + " is for admin_users");
        }
        if (command instanceof ShowCommand show) {
            show.run(data, out);
            return null;
        }
        return ((OrderCommand) command).run(statement, control, notices);
    }

    /** The answer to a command that could not be done. */
    ErrorResponse error(ConsoleException failure) {
        return data.pgBouncerErrors() ? failure.responseOfPgBouncer() : failure.response();
    }

    static NoticeResponse notice(String text) {
        return NoticeResponse.of(Severity.NOTICE, SqlState.SUCCESSFUL_COMPLETION, text);
    }

    /** SELECT is taken for SHOW, as PgBouncer does. */
    private static boolean isShow(Statement statement) {
        return statement.verb().equals("SHOW") || statement.verb().equals("SELECT");
    }

    private static @Nullable String shownSetting(Statement statement) {
        return isShow(statement) ? DriverSettings.shown(statement) : null;
    }

    private static @Nullable String ignoredSetting(Statement statement) {
        return statement.verb().equals("SET") ? DriverSettings.ignored(statement) : null;
    }

    /** The command that a statement gives. */
    Command find(Statement statement) throws ConsoleException {
        String name = isShow(statement) ? "SHOW " + statement.object() : statement.verb();
        Command command = commands.get(name);
        if (command == null) {
            throw new ConsoleException(
                    SqlState.SYNTAX_ERROR,
                    "invalid command '" + statement.quoted() + "', use SHOW HELP;",
                    "Accepted are: " + String.join(", ", commands.keySet()));
        }
        return command;
    }

    /** Whether there is anything to run: an error if not. */
    void check(Statement statement) throws ConsoleException {
        if (shownSetting(statement) == null
                && ignoredSetting(statement) == null
                && TransactionWord.of(statement) == null) {
            find(statement);
        }
    }
}
