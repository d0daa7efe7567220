package dev.pgweir.proxy.admin;

/** SHOW PEER_POOLS: what is on its way to peers. */
final class ShowPeerPoolsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW PEER_POOLS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns(
                "iiiii", "peer_id", "cl_active_cancel_req", "cl_waiting_cancel_req", "sv_active_cancel", "sv_login");
        data.peerPools()
                .forEach(peer ->
                        out.row(peer.peerId(), peer.active(), peer.waiting(), peer.sending(), peer.connecting()));
        out.done("SHOW");
    }
}
