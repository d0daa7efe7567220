package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** RECONNECT [db]: every server is replaced when nobody uses it. */
final class ReconnectCommand implements OrderCommand {
    @Override
    public String name() {
        return "RECONNECT";
    }

    @Override
    public String usage() {
        return "RECONNECT [<db>]";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        control.reconnect(statement.optionalName());
        return done();
    }
}
