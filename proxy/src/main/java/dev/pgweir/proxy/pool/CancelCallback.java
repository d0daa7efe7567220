package dev.pgweir.proxy.pool;

/** Told what becomes of a cancel request. Called without the pools' lock, from any thread, one of the two once. */
public interface CancelCallback {
    /** The cancel connection may be opened now; {@link CancelTicket#done} has to follow when its socket is closed. */
    void onGranted();

    /** The client has left the server that it wanted to interrupt: the request must not be sent any more. */
    void onGone();
}
