package dev.pgweir.proxy.admin;

/** SHOW DNS_HOSTS: the addresses of host names, as long as they are remembered. */
final class ShowDnsHostsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW DNS_HOSTS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("sqs", "hostname", "ttl", "addrs");
        data.dnsHosts().forEach(host -> out.row(host.hostname(), host.ttl(), host.addresses()));
        out.done("SHOW");
    }
}
