package dev.pgweir.proxy.admin;

/** SHOW PEER_POOLS: what is on its way to peers. There are none. */
final class ShowPeerPoolsCommand implements ShowCommand {
    @Override
    public String name() {
        return "SHOW PEER_POOLS";
    }

    @Override
    public void run(ConsoleData data, ResultWriter out) {
        out.columns(
                "iiiii", "peer_id", "cl_active_cancel_req", "cl_waiting_cancel_req", "sv_active_cancel", "sv_login");
        out.done("SHOW");
    }
}
