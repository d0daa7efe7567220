package dev.pgweir.proxy.link;

import dev.pgweir.protocol.BackendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.proxy.server.ServerConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a link: passes on what the server sends. Each read buffer is written to the client once, as it is;
 * only where something must not reach the client is it cut into slices. While the client takes no more the server is not
 * read. On the client's loop.
 */
final class ClientSide {
    private final Channel client;
    private final ServerSide server;
    private final Answers answers;
    private final Drain drain;
    private final Slices slices = new Slices();

    /** Nothing of the bound server has been read yet. */
    private boolean fresh;
    /** The client has part of a message, so that nothing else can be said to it before the rest. */
    private boolean torn;
    /** The body of a message whose header was seen is being read. */
    private boolean inBody;
    /** The body that is being read is for the client. */
    private boolean keepsBody;
    /** The client takes no more, so the server is not read. */
    private boolean serverPaused;

    ClientSide(Channel client, ServerSide server, Answers answers, Drain drain) {
        this.client = client;
        this.server = server;
        this.answers = answers;
        this.drain = drain;
    }

    /** Another server is bound. */
    void bound() {
        fresh = true;
        torn = false;
        inBody = false;
        serverPaused = false;
    }

    /** Whether the client has part of a message. */
    boolean isTorn() {
        return torn;
    }

    /**
     * Passes a read buffer of the server on, or what of it the client may see. Takes it over.
     *
     * @throws ProtocolException if it cannot be understood; what came before that has been passed on
     */
    void relay(ServerConnection from, ByteBuf data) {
        FrameScanner scanner = from.scanner();
        if (fresh) {
            skipForeign(scanner, data);
        }
        slices.begin(data.readerIndex(), data.readerIndex());
        // The end of the last answer that is complete.
        int complete = data.readerIndex();
        boolean wasTorn = torn;
        boolean passedOn = false;
        try {
            int event;
            while ((event = scanner.next(data)) != FrameScanner.END) {
                boolean body = event == FrameScanner.OPAQUE && inBody;
                boolean keep = body ? keepsBody && !drain.isClientGone() : answers.reachClient();
                if (event == FrameScanner.MESSAGE) {
                    keep &= answers.onMessage(from, scanner);
                    if (answers.isTransactionRefused()) {
                        // What came before the end of that answer is not to be seen either.
                        if (!wasTorn) {
                            slices.dropFrom(complete);
                        }
                        send(slices.take(data));
                    }
                } else if (event == FrameScanner.HEADER) {
                    keep &= answers.onHeader(scanner.type());
                    keepsBody = keep;
                }
                inBody = (body || event == FrameScanner.HEADER) && scanner.bodyRemaining() > 0;
                ByteBuf other = answers.takeReplacement();
                if (other != null) {
                    keep = false;
                    send(slices.take(data));
                    send(other);
                }
                if (keep) {
                    if (scanner.isSplit()) {
                        send(scanner.buffer().retainedSlice(scanner.from(), scanner.to() - scanner.from()));
                    } else {
                        send(slices.keep(data, scanner.from(), scanner.to()));
                    }
                    if (event == FrameScanner.MESSAGE && scanner.type() == BackendMessageType.READY_FOR_QUERY) {
                        complete = data.readerIndex();
                    }
                    torn = event != FrameScanner.MESSAGE && scanner.bodyRemaining() > 0;
                }
            }
            if (slices.isWhole(data)) {
                passedOn = true;
                send(data.readerIndex(slices.first()));
            } else {
                send(slices.take(data));
            }
        } catch (ProtocolException e) {
            // What stood before it counts as answered, so the client has to have it.
            send(slices.take(data));
            client.flush();
            throw e;
        } finally {
            if (!passedOn) {
                data.release();
            }
        }
    }

    /**
     * The server's loop may have read the beginning of a notice just before the server was bound, where nobody could have
     * it: the rest is no more use.
     */
    private void skipForeign(FrameScanner scanner, ByteBuf data) {
        int rest = scanner.isCollecting() ? 0 : scanner.bodyRemaining();
        if (rest > 0) {
            ByteBuf foreign = data.readSlice(Math.min(rest, data.readableBytes()));
            while (scanner.next(foreign) != FrameScanner.END) {
                // It is dropped.
            }
            rest = scanner.bodyRemaining();
        }
        fresh = rest > 0;
    }

    private void send(@Nullable ByteBuf data) {
        if (data == null) {
            return;
        }
        if (drain.isClientGone()) {
            // A write of a moment ago has shown that the client is gone.
            data.release();
            return;
        }
        server.stats().bytesSent().add(data.readableBytes());
        client.write(data, client.voidPromise());
        if (!client.isWritable()) {
            client.flush();
            if (!drain.isClientGone() && !client.isWritable() && !serverPaused && server.isBound()) {
                serverPaused = true;
                server.server().setReadable(false);
            }
        }
    }

    /** The client takes more again, or has gone. */
    void resumeServer() {
        if (serverPaused) {
            serverPaused = false;
            if (server.isBound()) {
                server.server().setReadable(true);
            }
        }
    }
}
