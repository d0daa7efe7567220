package dev.pgweir.proxy.admin;

/** SHOW SERVERS: one row per server connection. */
final class ShowServersCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW SERVERS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        SocketTable.write(data.servers(), out);
    }
}
