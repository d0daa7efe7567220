package dev.pgweir.proxy.admin;

/** SHOW DNS_ZONES: zones that are watched for changes. There are none. */
final class ShowDnsZonesCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW DNS_ZONES";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("sqi", "zonename", "serial", "count");
        out.done("SHOW");
    }
}
