package dev.pgweir.proxy.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** One connection through a {@link FaultProxy}: two sockets and a thread for each direction. */
final class FaultyLink {

    private static final int PIECE = 16 * 1024;

    private final Socket client;
    private final Socket server;
    private final Consumer<FaultyLink> onEnd;
    private final AtomicBoolean halfDone = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();

    FaultyLink(Socket client, Socket server, Consumer<FaultyLink> onEnd) {
        this.client = client;
        this.server = server;
        this.onEnd = onEnd;
    }

    void start(FaultyFlow toServer, FaultyFlow toClient) {
        daemon("to server", () -> pump(client, server, toServer));
        daemon("to client", () -> pump(server, client, toClient));
    }

    void close() {
        end(false);
    }

    void reset() {
        end(true);
    }

    static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, "fault proxy: " + name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void pump(Socket from, Socket to, FaultyFlow flow) {
        byte[] piece = new byte[PIECE];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                FaultyFlow.Verdict verdict = flow.admit(length);
                out.write(piece, 0, verdict.pass());
                if (verdict.cut()) {
                    reset();
                    return;
                }
            }
            // A peer may close its half and still read: cancel requests are sent so.
            to.shutdownOutput();
            if (halfDone.getAndSet(true)) {
                close();
            }
        } catch (IOException e) {
            reset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reset();
        }
    }

    /** The first way of ending is the one the peers see; the threads that it wakes come here too. */
    private void end(boolean abruptly) {
        if (ended.getAndSet(true)) {
            return;
        }
        try (client;
                server) {
            if (abruptly) {
                client.setSoLinger(true, 0);
            }
            if (abruptly) {
                server.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            // Both are closed all the same.
            return;
        } finally {
            onEnd.accept(this);
        }
    }
}
