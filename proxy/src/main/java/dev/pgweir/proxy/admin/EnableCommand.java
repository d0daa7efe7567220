package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** ENABLE db: ends DISABLE. */
final class EnableCommand implements OrderCommand {
    @Override
    public String name() {
        return "ENABLE";
    }

    @Override
    public String usage() {
        return "ENABLE <db>";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        control.enable(statement.name("a database"), true);
        return done();
    }
}
