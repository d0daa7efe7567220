package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.backend.EmptyBackendMessage;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.ReadyForQuery;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes the console's queries apart and runs the commands. Stateless but for its data; for any event loop. */
public final class Console {
    /** Longer input is no command; the error quotes its beginning only. */
    private static final int MAX_QUOTED = 60;

    /** Ample for any command with a database's name or a setting's value in it, and no burden to take apart. */
    static final int MAX_CHARACTERS = 4096;

    /** Bounds the answer, which is built before it is sent: each SHOW CLIENTS in a query is a row per client. */
    static final int MAX_COMMANDS = 16;

    private static final List<Command> COMMANDS = List.of(
            new ShowClientsCommand(),
            new ShowConfigCommand(),
            new ShowDatabasesCommand(),
            new ShowHelpCommand(),
            new ShowListsCommand(),
            new ShowPoolsCommand(),
            new ShowServersCommand(),
            new ShowStatsAveragesCommand(),
            new ShowStatsCommand(),
            new ShowStatsTotalsCommand(),
            new ShowUsersCommand(),
            new ShowPreparedStatementsCommand(),
            new ShowVersionCommand());

    private final Map<String, Command> commands = new LinkedHashMap<>();
    private final ConsoleData data;

    public Console(ConsoleData data) {
        this(data, COMMANDS);
    }

    Console(ConsoleData data, List<Command> known) {
        this.data = data;
        for (Command command : known) {
            commands.put(command.name(), command);
        }
    }

    /** How every command is written. */
    static List<String> commandNames() {
        return COMMANDS.stream().map(Command::name).toList();
    }

    /**
     * Answers one query of the simple protocol, which may hold several commands; the first error ends it. One that is
     * too long, or holds too many commands, is refused as a whole.
     *
     * @param out takes the whole answer, ReadyForQuery included
     */
    public void execute(String sql, ConsoleUser user, ByteBuf out) {
        ErrorResponse error = sql.length() > MAX_CHARACTERS
                ? tooMuch(MAX_CHARACTERS + " characters", sql.length())
                : runAll(ConsoleText.statements(sql), user, out);
        if (error != null) {
            error.encode(out);
        }
        new ReadyForQuery(TransactionStatus.IDLE).encode(out);
    }

    private @Nullable ErrorResponse runAll(List<String> statements, ConsoleUser user, ByteBuf out) {
        if (statements.size() > MAX_COMMANDS) {
            return tooMuch(MAX_COMMANDS + " commands", statements.size());
        }
        if (statements.isEmpty()) {
            EmptyBackendMessage.EMPTY_QUERY_RESPONSE.encode(out);
        }
        for (String statement : statements) {
            ErrorResponse error = run(statement, user, out);
            if (error != null) {
                return error;
            }
        }
        return null;
    }

    private static ErrorResponse tooMuch(String limit, int found) {
        return ErrorResponse.of(
                Severity.ERROR,
                SqlState.PROGRAM_LIMIT_EXCEEDED,
                "a query of the console may have up to " + limit + ", this one has " + found);
    }

    private @Nullable ErrorResponse run(String statement, ConsoleUser user, ByteBuf out) {
        Command command = commands.get(ConsoleText.normal(statement));
        if (command == null) {
            String quoted = statement.length() > MAX_QUOTED ? statement.substring(0, MAX_QUOTED) + "..." : statement;
            return ErrorResponse.of(
                            Severity.ERROR, SqlState.SYNTAX_ERROR, "invalid command '" + quoted + "', use SHOW HELP;")
                    .withHint("Accepted are: " + String.join(", ", commands.keySet()));
        }
        if (command.forAdminsOnly() && !user.admin()) {
            return ErrorResponse.of(
                    Severity.ERROR,
                    SqlState.INSUFFICIENT_PRIVILEGE,
                    "admin access needed: " + command.name() + " is for admin_users");
        }
        command.run(data, new ResultWriter(out));
        return null;
    }
}
