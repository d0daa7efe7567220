package dev.pgweir.proxy.admin;

/** SHOW MEM: what takes memory, in kilobytes. The names are PgWeir's own: there are no caches like PgBouncer's. */
final class ShowMemCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW MEM";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("siiii", "name", "size", "used", "free", "memtotal");
        for (ConsoleData.MemoryRow row : data.memory()) {
            out.row(row.name(), row.size(), row.used(), row.free(), row.total());
        }
        out.done("SHOW");
    }
}
