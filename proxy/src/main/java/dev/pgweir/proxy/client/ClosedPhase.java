package dev.pgweir.proxy.client;

import io.netty.buffer.ByteBuf;

/** After the end: what still arrives is dropped. */
enum ClosedPhase implements ClientPhase {
    INSTANCE;

    @Override
    public void onRead(ByteBuf data) {
        data.release();
    }

    @Override
    public ClientState state() {
        return ClientState.CLOSED;
    }
}
