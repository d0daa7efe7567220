package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** WAIT_CLOSE [db]: answers when the servers that RECONNECT or RELOAD replaces are closed. */
final class WaitCloseCommand implements OrderCommand {
    @Override
    public String name() {
        return "WAIT_CLOSE";
    }

    @Override
    public String usage() {
        return "WAIT_CLOSE [<db>]";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        return when(control.waitClose(statement.optionalName()));
    }
}
