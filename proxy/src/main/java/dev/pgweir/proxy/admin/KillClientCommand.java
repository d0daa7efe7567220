package dev.pgweir.proxy.admin;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** KILL_CLIENT id: drops one client, and its server. */
final class KillClientCommand implements OrderCommand {
    @Override
    public String name() {
        return "KILL_CLIENT";
    }

    @Override
    public String usage() {
        return "KILL_CLIENT <id of SHOW CLIENTS>";
    }

    @Override
    public CompletableFuture<String> run(Statement statement, ConsoleControl control, Consumer<String> notices)
            throws ConsoleException {
        statement.most(1);
        long id;
        try {
            id = Long.parseLong(
                    statement.arguments() == 0 ? "" : statement.argument(0).text());
        } catch (NumberFormatException e) {
            throw new ConsoleException("invalid client pointer supplied");
        }
        control.killClient(id);
        return done();
    }
}
