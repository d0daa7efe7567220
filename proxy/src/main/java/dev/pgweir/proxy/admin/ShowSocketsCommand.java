package dev.pgweir.proxy.admin;

import java.util.ArrayList;
import java.util.List;

/** SHOW SOCKETS: clients and servers in one table. */
final class ShowSocketsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW SOCKETS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        List<SocketRow> rows = new ArrayList<>(data.clients());
        rows.addAll(data.servers());
        SocketTable.writeWithBuffers(rows, out);
    }
}
