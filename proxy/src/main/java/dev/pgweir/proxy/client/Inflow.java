package dev.pgweir.proxy.client;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.frame.FrameScanner;
import dev.pgweir.proxy.client.Intake.Decision;
import dev.pgweir.proxy.link.Link;
import dev.pgweir.proxy.link.Slices;
import dev.pgweir.proxy.net.ReadGate;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends, on its way to the server. Each read buffer is scanned for message headers and, where nothing has to be
 * left out, written to the server as one. While a message waits for a server or for answers a bounded part of what comes is
 * kept; beyond that the client's channel is not read. On its loop.
 */
final class Inflow {
    private final ClientSession session;
    private final FrameScanner scanner;
    private final Link link;
    private final PoolPlace place;
    private final Intake intake;
    private final Runnable whenIdle;

    private final Backlog backlog = new Backlog();
    private final Slices slices = new Slices();
    /** Of PgWeir's own, to be sent before what comes next. */
    private @Nullable ByteBuf own;
    /** What was written to the server is not flushed. */
    private boolean written;

    /**
     * @param whenIdle called where a server is bound that has nothing to do any more
     */
    Inflow(ClientSession session, FrameScanner scanner, Link link, PoolPlace place, Intake intake, Runnable whenIdle) {
        this.session = session;
        this.scanner = scanner;
        this.link = link;
        this.place = place;
        this.intake = intake;
        this.whenIdle = whenIdle;
    }

    /** Whether all that came is on its way. */
    boolean isEmpty() {
        return backlog.isEmpty();
    }

    /** The client sent something. Takes the buffer over. */
    void onRead(ByteBuf data) {
        if (place.isWaiting() || !backlog.isEmpty()) {
            if (backlog.add(data)) {
                session.gate().close(ReadGate.WAITING);
            }
        } else {
            process(data, data.readerIndex(), false);
        }
    }

    /** Sends what was written to the server. */
    void flush() {
        if (written) {
            written = false;
            link.flush();
        }
    }

    /**
     * Passes the buffer on, or as much of it as is possible now. Takes it over.
     *
     * @param from where to begin; bytes before the scanner's place belong to a message that was accepted already
     * @param accepted whether there are such bytes
     */
    private void process(ByteBuf data, int from, boolean accepted) {
        slices.begin(from, accepted ? data.readerIndex() : from);
        boolean keepsBuffer = false;
        try {
            int event;
            while (!session.isEnded() && (event = scanner.next(data)) != FrameScanner.END) {
                boolean keep;
                if (event == FrameScanner.OPAQUE) {
                    keep = intake.onBody();
                } else {
                    if (scanner.type() == FrontendMessageType.TERMINATE) {
                        // What stands before it is still to be done.
                        send(slices.take(data));
                    }
                    Decision decision = decide(event, scanner.type(), scanner.buffer(), scanner.from(), scanner.to());
                    if (decision == Decision.WAIT) {
                        send(slices.take(data));
                        keepsBuffer = true;
                        stall(event, data);
                        return;
                    }
                    keep = decision == Decision.PASS;
                }
                ByteBuf before = intake.takeBefore();
                if (before != null) {
                    send(slices.take(data));
                    own = before;
                }
                int keepFrom = intake.keepFrom();
                if (keep && keepFrom < scanner.to()) {
                    if (scanner.isSplit()) {
                        send(scanner.buffer().retainedSlice(keepFrom, scanner.to() - keepFrom));
                    } else {
                        ByteBuf earlier = slices.keep(data, keepFrom, scanner.to());
                        // With nothing earlier, what is PgWeir's own waits for these bytes to leave with them.
                        if (earlier != null) {
                            send(earlier);
                        }
                    }
                }
            }
            if (session.isEnded()) {
                return;
            }
            if (slices.isWhole(data)) {
                keepsBuffer = true;
                send(data.readerIndex(slices.first()));
            } else {
                send(slices.take(data));
            }
        } catch (ProtocolException e) {
            // What stands before it counts as sent, so the server has to get it.
            send(slices.take(data));
            throw e;
        } finally {
            if (!keepsBuffer) {
                data.release();
            }
            // Left where the client has ended, or by a fault: it must not come before anything else.
            releaseOwn();
        }
        if (link.isBound() && link.isIdle()) {
            // Late copy data may have been all that kept the server.
            whenIdle.run();
        }
    }

    /**
     * Sends what is PgWeir's own, and this behind it. What finds room in the buffer of the former is moved there: the kernel
     * takes one buffer for less than two.
     *
     * @param data null for nothing: then PgWeir's own leaves alone
     */
    private void send(@Nullable ByteBuf data) {
        ByteBuf first = own;
        own = null;
        if (first != null && data != null && data.readableBytes() <= first.writableBytes()) {
            first.writeBytes(data);
            data.release();
            write(first);
            return;
        }
        write(first);
        write(data);
    }

    private void write(@Nullable ByteBuf data) {
        if (data == null) {
            return;
        }
        if (!link.isBound()) {
            // The server was lost while this buffer was being read.
            data.release();
            return;
        }
        written = true;
        link.write(data);
    }

    private Decision decide(int event, byte type, ByteBuf buffer, int from, int to) {
        Decision decision = intake.decide(event, type, buffer, from, to);
        if (decision != Decision.NEEDS_SERVER) {
            return decision;
        }
        boolean ready = place.take();
        written |= link.isBound();
        return ready ? intake.request(event, type, buffer, from, to) : Decision.WAIT;
    }

    /** Keeps the buffer, from the message that was just seen, until there is a server or an answer. */
    private void stall(int event, ByteBuf data) {
        backlog.stall(event, data, scanner);
        if (!place.isWaiting()) {
            link.awaitAnswers();
        }
    }

    /** Goes on if it is answers, or a server's end, that a message waits for. */
    void resumeUnlessWaiting() {
        if (backlog.isStalled() && !place.isWaiting()) {
            resume();
        }
    }

    /** Goes on with what was kept, with a server or with an error that takes its place. */
    void resume() {
        place.end();
        if (!backlog.isStalled()) {
            return;
        }
        written |= link.isBound();
        try {
            Decision decision =
                    decide(backlog.event(), backlog.type(), backlog.message(), backlog.from(), backlog.to());
            if (session.isEnded()) {
                return;
            }
            if (decision == Decision.WAIT) {
                if (!place.isWaiting()) {
                    link.awaitAnswers();
                }
                return;
            }
            processStalled(decision == Decision.PASS);
            for (ByteBuf next = backlog.next(); next != null; next = backlog.next()) {
                process(next, next.readerIndex(), false);
            }
        } catch (ProtocolException e) {
            session.onProtocolError(e);
        }
        flush();
        if (!backlog.isStalled()) {
            backlog.isThrough();
            session.gate().open(ReadGate.WAITING);
        }
    }

    /** Passes on the message that has waited, or not, and the rest of its buffer. */
    private void processStalled(boolean pass) {
        ByteBuf split = backlog.takeSplit();
        ByteBuf data = backlog.takeBuffer();
        int keepFrom = intake.keepFrom();
        own = intake.takeBefore();
        if (split != null) {
            if (pass && keepFrom < split.writerIndex()) {
                send(split.readerIndex(keepFrom));
            } else {
                split.release();
            }
        }
        boolean inBuffer = split == null && pass;
        process(data, inBuffer ? keepFrom : data.readerIndex(), inBuffer);
    }

    /** The client is gone. */
    void release() {
        backlog.release();
        releaseOwn();
    }

    private void releaseOwn() {
        if (own != null) {
            own.release();
            own = null;
        }
    }
}
