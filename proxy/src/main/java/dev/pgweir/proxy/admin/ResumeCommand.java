package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** RESUME [db]: ends PAUSE, KILL and SUSPEND, whichever console they came from. */
final class ResumeCommand implements OrderCommand {
    @Override
    public String name() {
        return "RESUME";
    }

    @Override
    public String usage() {
        return "RESUME [<db>]";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        control.resume(statement.optionalName());
        return done();
    }
}
