package dev.pgweir.proxy.admin;

/** SHOW VERSION: the same text as {@code --version}. */
final class ShowVersionCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW VERSION";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("s", "version");
        out.row(data.version());
        out.done("SHOW");
    }
}
