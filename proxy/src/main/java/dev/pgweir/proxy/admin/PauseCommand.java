package dev.pgweir.proxy.admin;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * PAUSE [db] [TIMEOUT seconds]: withholds servers, and answers when all of them are closed. With a limit it is given up
 * after that time, and everything goes on as before.
 */
final class PauseCommand implements OrderCommand {
    private static final String TIMEOUT = "TIMEOUT";

    /** A day. Who waits longer than that has forgotten about it. */
    private static final BigDecimal MAX_SECONDS = BigDecimal.valueOf(86_400);

    @Override
    public String name() {
        return "PAUSE";
    }

    @Override
    public String usage() {
        return "PAUSE [<db>] [TIMEOUT <seconds>]";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        int count = statement.arguments();
        boolean limited = count >= 2 && statement.argument(count - 2).is(TIMEOUT);
        Duration limit = limited ? seconds(statement, statement.argument(count - 1)) : null;
        return when(control.pause(database(statement, limited ? count - 2 : count), limit, notices));
    }

    private static @Nullable String database(Statement statement, int names) throws ConsoleException {
        if (names > 1
                || (names == 1
                        && statement.arguments() == 1
                        && statement.argument(0).is(TIMEOUT))) {
            throw statement.syntaxError("accepted is PAUSE [<db>] [TIMEOUT <seconds>]");
        }
        return names == 0 ? null : statement.argument(0).text();
    }

    private static Duration seconds(Statement statement, Word word) throws ConsoleException {
        try {
            BigDecimal seconds = new BigDecimal(word.text());
            if (seconds.signum() > 0 && seconds.compareTo(MAX_SECONDS) <= 0) {
                return Duration.ofMillis(seconds.movePointRight(3).longValue());
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw statement.syntaxError("TIMEOUT takes seconds, up to " + MAX_SECONDS);
    }
}
