package dev.pgweir.proxy.admin;

/** SHOW STATE: whether something is paused or suspended, and what a pause still waits for. */
final class ShowStateCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW STATE";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("ss", "key", "value");
        for (ConsoleData.StateRow row : data.state()) {
            out.row(row.key(), row.value());
        }
        out.done("SHOW");
    }
}
