package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** SET key = value: a setting of PgWeir's, until the next reload. What drivers set of PostgreSQL's is {@link DriverSettings}. */
final class SetCommand implements OrderCommand {
    @Override
    public String name() {
        return "SET";
    }

    @Override
    public String usage() {
        return "SET key = value";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        if (statement.arguments() < 2 || !isEquals(statement.argument(1))) {
            throw statement.syntaxError("accepted is SET key = value");
        }
        String key = statement.argument(0).text();
        String value = value(statement);
        return control.set(key, value).thenApply(notice -> {
            if (!notice.isEmpty()) {
                notices.accept(notice);
            }
            return "SET " + key + "=" + value;
        });
    }

    private static boolean isEquals(Word word) {
        return !word.quoted() && (word.text().equals("=") || word.is("TO"));
    }

    /** All that stands behind the equals sign: a list of names needs no quotes. */
    private static String value(Statement statement) {
        if (statement.arguments() == 2) {
            return "";
        }
        Word first = statement.argument(2);
        return statement.arguments() == 3 ? first.text() : statement.text().substring(first.start());
    }
}
