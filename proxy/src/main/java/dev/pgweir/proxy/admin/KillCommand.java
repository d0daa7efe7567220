package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** KILL [db]: drops clients and servers at once; newcomers wait for RESUME. */
final class KillCommand implements OrderCommand {
    @Override
    public String name() {
        return "KILL";
    }

    @Override
    public String usage() {
        return "KILL [<db>]";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        control.kill(statement.optionalName());
        return done();
    }
}
