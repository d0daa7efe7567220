package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** SUSPEND: stops reading from clients, and answers when all that was written to them is gone. */
final class SuspendCommand implements OrderCommand {
    @Override
    public String name() {
        return "SUSPEND";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        statement.most(0);
        return when(control.suspend());
    }
}
