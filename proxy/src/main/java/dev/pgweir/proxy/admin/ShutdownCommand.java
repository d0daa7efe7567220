package dev.pgweir.proxy.admin;

import dev.pgweir.proxy.admin.ConsoleControl.ShutdownMode;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** SHUTDOWN [WAIT_FOR_SERVERS|WAIT_FOR_CLIENTS]. At once, it is not answered: the end of the connection is the answer. */
final class ShutdownCommand implements OrderCommand {
    @Override
    public String name() {
        return "SHUTDOWN";
    }

    @Override
    public String usage() {
        return "SHUTDOWN [WAIT_FOR_SERVERS|WAIT_FOR_CLIENTS]";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        statement.most(1);
        if (statement.arguments() == 0) {
            control.shutdown(ShutdownMode.IMMEDIATE);
            return new CompletableFuture<>();
        }
        switch (statement.object()) {
            case "WAIT_FOR_SERVERS" -> control.shutdown(ShutdownMode.WAIT_FOR_SERVERS);
            case "WAIT_FOR_CLIENTS" -> control.shutdown(ShutdownMode.WAIT_FOR_CLIENTS);
            default -> throw statement.syntaxError("accepted is " + usage());
        }
        return done();
    }
}
