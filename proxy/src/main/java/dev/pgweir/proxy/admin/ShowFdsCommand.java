package dev.pgweir.proxy.admin;

/** SHOW FDS: sockets for another process to take over. None are handed over, so there is no row. */
final class ShowFdsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW FDS";
    }

    @Override
    public boolean forAdminsOnly() {
        return true;
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns(
                "issssiqisssssbb",
                "fd",
                "task",
                "user",
                "database",
                "addr",
                "port",
                "cancel",
                "link",
                "client_encoding",
                "std_strings",
                "datestyle",
                "timezone",
                "password",
                "scram_client_key",
                "scram_server_key");
        out.done("SHOW");
    }
}
