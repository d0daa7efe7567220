package dev.pgweir.proxy.cancel;

import dev.pgweir.config.PeerConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.Settings;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import dev.pgweir.proxy.log.LimitedLog;
import dev.pgweir.proxy.net.Dialer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes cancel requests on to the process that gave their key, where several of them listen behind one address
 * ({@code [peers]}). So that a mistake in that list sends none in circles, each goes three hops at most. For any thread.
 */
public final class PeerForwarder {
    private static final Logger LOG = LoggerFactory.getLogger(PeerForwarder.class);

    /**
     * Requests that wait for one peer, some 300 bytes each: many times as many as a storm of timeouts brings. Nobody here can
     * tell a key of a peer from one that a stranger has made up, and who makes them up does not stay.
     */
    static final int MOST_WAITING = 1_000;

    private final Supplier<ProxyConfig> config;
    private final Dialer dialer;
    private final LimitedLog strangers = new LimitedLog(LOG);
    /** Guarded by itself, and so is what is in it. */
    private final Map<Integer, Traffic> peers = new TreeMap<>();

    /**
     * The requests to one peer at this moment, as SHOW PEER_POOLS has them.
     *
     * @param active on their way
     * @param waiting for a place among those
     * @param connecting of those on their way, the ones without a connection yet
     */
    public record PeerTraffic(int peerId, int active, int waiting, int connecting) {}

    private static final class Traffic {
        private final Deque<Request> waiting = new ArrayDeque<>();
        private int active;
        private int connecting;
    }

    /**
     * @param config the configuration of the moment
     */
    public PeerForwarder(Supplier<ProxyConfig> config, Dialer dialer) {
        this.config = config;
        this.dialer = dialer;
    }

    /**
     * Passes a request on whose key is none of this process.
     *
     * @param loop where the request came in
     * @param whenOver run once on {@code loop}, when the peer has taken the request or it was given up
     * @return false if there is nobody to pass it on to: then nothing is run
     */
    public boolean forward(EventLoop loop, CancelRequest request, Runnable whenOver) {
        ProxyConfig now = config.get();
        int own = now.values().get(Settings.PEER_ID);
        int owner = PeerKey.peerOf(request);
        PeerConfig peer = own == 0 || owner == own ? null : now.peers().get(owner);
        if (peer == null) {
            return false;
        }
        if (PeerKey.hopsLeft(request) == 0) {
            String line = "a cancel request for peer " + owner
                    + " was passed on too often; do all processes have the same [peers]?";
            strangers.warn("passed on too often", line);
            return false;
        }
        Integer size = peer.poolSize();
        Request passed = new Request(
                peer, loop, PeerKey.passedOn(request), now.timeouts().cancelWaitTimeout(), whenOver);
        return switch (takePlace(passed, size == null ? now.values().get(Settings.DEFAULT_POOL_SIZE) : size)) {
            case GOES -> {
                passed.connect();
                yield true;
            }
            case WAITS -> {
                passed.limit();
                yield true;
            }
            case IS_TOO_MUCH -> {
                strangers.warn(
                        "too many wait",
                        "a cancel request for peer " + owner + " was dropped: " + MOST_WAITING
                                + " wait for it already");
                yield false;
            }
        };
    }

    private enum Place {
        GOES,
        WAITS,
        IS_TOO_MUCH
    }

    private Place takePlace(Request request, int places) {
        synchronized (peers) {
            Traffic traffic = peers.computeIfAbsent(request.peer.id(), id -> new Traffic());
            if (places == 0 || traffic.active < places) {
                traffic.active++;
                traffic.connecting++;
                return Place.GOES;
            }
            if (traffic.waiting.size() >= MOST_WAITING) {
                return Place.IS_TOO_MUCH;
            }
            traffic.waiting.add(request);
            return Place.WAITS;
        }
    }

    private boolean leaveQueue(Request request) {
        synchronized (peers) {
            return traffic(request).waiting.remove(request);
        }
    }

    /** Its place goes to the one that has waited longest. */
    private @Nullable Request giveBack(Request request, boolean connected) {
        synchronized (peers) {
            Traffic traffic = traffic(request);
            traffic.connecting -= connected ? 0 : 1;
            Request next = traffic.waiting.poll();
            if (next == null) {
                traffic.active--;
            } else {
                traffic.connecting++;
            }
            return next;
        }
    }

    private void connected(Request request) {
        synchronized (peers) {
            traffic(request).connecting--;
        }
    }

    private Traffic traffic(Request request) {
        return peers.computeIfAbsent(request.peer.id(), id -> new Traffic());
    }

    /** Writes to the log what was left out of it; to be called about once a second. */
    public void sweepLog() {
        strangers.sweep();
    }

    /** What is on its way, by peer, those included that nothing was ever sent to. */
    public List<PeerTraffic> traffic() {
        List<PeerTraffic> all = new ArrayList<>();
        synchronized (peers) {
            for (int id : config.get().peers().keySet()) {
                Traffic of = peers.getOrDefault(id, new Traffic());
                all.add(new PeerTraffic(id, of.active, of.waiting.size(), of.connecting));
            }
        }
        return all;
    }

    /** One request. Everything runs on the loop it came in on. */
    private final class Request {
        private final PeerConfig peer;
        private final EventLoop loop;
        private final CancelRequest request;
        private final Duration limit;
        private final Runnable whenOver;
        private boolean begun;
        private boolean connected;
        private boolean over;

        Request(PeerConfig peer, EventLoop loop, CancelRequest request, Duration limit, Runnable whenOver) {
            this.peer = peer;
            this.loop = loop;
            this.request = request;
            this.limit = limit;
            this.whenOver = whenOver;
        }

        /** It waits for a place, but not for ever. */
        void limit() {
            after(() -> {
                if (!begun && leaveQueue(this)) {
                    strangers.warn(
                            "no place",
                            "a cancel request found no place among those for peer " + peer.id()
                                    + ": cancel_wait_timeout");
                    over = true;
                    whenOver.run();
                }
            });
        }

        private void after(Runnable action) {
            if (!limit.isZero()) {
                loop.schedule(action, limit.toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        void connect() {
            begun = true;
            dialer.connect(loop, () -> new Sender(this), peer.host(), peer.port(), limit)
                    .addListener(done -> {
                        if (!done.isSuccess()) {
                            strangers.warn(
                                    "could not be passed on",
                                    "a cancel request could not be passed on to peer " + peer.id() + " at "
                                            + peer.host() + ":" + peer.port() + ": "
                                            + done.cause().getMessage());
                            finish();
                        }
                    });
        }

        void send(ChannelHandlerContext ctx) {
            if (over) {
                ctx.close();
                return;
            }
            connected = true;
            connected(this);
            Channel opened = ctx.channel();
            ByteBuf out = ctx.alloc().buffer();
            request.encode(out);
            ctx.writeAndFlush(out, ctx.voidPromise());
            // The peer closes when its PostgreSQL has the request, as PostgreSQL itself does.
            after(opened::close);
        }

        void finish() {
            if (over) {
                return;
            }
            over = true;
            Request next = giveBack(this, connected);
            if (next != null) {
                next.loop.execute(next::connect);
            }
            whenOver.run();
        }
    }

    /** The connection of one request; a peer with several addresses may need several attempts. */
    private static final class Sender extends ChannelInboundHandlerAdapter {
        private final Request request;

        Sender(Request request) {
            this.request = request;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            request.send(ctx);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            request.finish();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
