package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** DISABLE db: nobody logs in to it any more. Who is logged in stays. */
final class DisableCommand implements OrderCommand {
    @Override
    public String name() {
        return "DISABLE";
    }

    @Override
    public String usage() {
        return "DISABLE <db>";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        control.enable(statement.name("a database"), false);
        return done();
    }
}
