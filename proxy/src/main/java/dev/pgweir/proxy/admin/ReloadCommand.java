package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** RELOAD: reads the configuration anew. */
final class ReloadCommand implements OrderCommand {
    @Override
    public String name() {
        return "RELOAD";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        statement.most(0);
        return when(control.reload());
    }
}
