package dev.pgweir.proxy.admin;

/** SHOW PEERS: the processes that cancel requests are passed on to. */
final class ShowPeersCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW PEERS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns("isii", "peer_id", "host", "port", "pool_size");
        data.peers().forEach(peer -> out.row(peer.peerId(), peer.host(), peer.port(), peer.poolSize()));
        out.done("SHOW");
    }
}
