package dev.pgweir.proxy.admin;

/** SHOW CLIENTS: one row per client connection that has shown who it is; SHOW SOCKETS has the others as well. */
final class ShowClientsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW CLIENTS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        SocketTable.write(
                data.clients().stream()
                        .filter(row -> !row.state().equals("login"))
                        .toList(),
                out);
    }
}
