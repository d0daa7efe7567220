package dev.pgweir.proxy.admin;

/** SHOW CONFIG: every setting with its value. */
final class ShowConfigCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW CONFIG";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("ssss", "key", "value", "default", "changeable");
        for (ConsoleData.ConfigRow row : data.config()) {
            out.row(row.key(), row.value(), row.defaultValue(), row.changeable() ? "yes" : "no");
        }
        out.done("SHOW");
    }
}
