package dev.pgweir.proxy.admin;

/** SHOW CLIENTS: one row per client connection. */
final class ShowClientsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW CLIENTS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        SocketTable.write(data.clients(), out);
    }
}
