package dev.pgweir.proxy.admin;

import java.util.stream.Stream;

/** SHOW ACTIVE_SOCKETS: of SHOW SOCKETS those that are in use. */
final class ShowActiveSocketsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW ACTIVE_SOCKETS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        SocketTable.writeWithBuffers(
                Stream.concat(data.clients().stream(), data.servers().stream())
                        .filter(row -> row.state().equals("active"))
                        .toList(),
                out);
    }
}
