package dev.pgweir.proxy.admin;

/** SHOW DNS_HOSTS: what is known of host names. Nothing is kept of them. */
final class ShowDnsHostsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW DNS_HOSTS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("sqs", "hostname", "ttl", "addrs");
        out.done("SHOW");
    }
}
