package dev.pgweir.proxy.admin;

/** SHOW LISTS: how many there are of what. */
final class ShowListsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW LISTS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("si", "list", "items");
        for (ConsoleData.CountRow row : data.lists()) {
            out.row(row.list(), row.items());
        }
        out.done("SHOW");
    }
}
