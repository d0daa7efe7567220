package dev.pgweir.proxy.link;

import static dev.pgweir.proxy.testing.WireBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.TransactionStatus;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.proxy.log.LogPrefix;
import dev.pgweir.proxy.log.LogSubject;
import dev.pgweir.proxy.net.ReadGate;
import dev.pgweir.proxy.net.TestChannel;
import dev.pgweir.proxy.pool.Pool;
import dev.pgweir.proxy.pool.PoolClient;
import dev.pgweir.proxy.pool.PoolKey;
import dev.pgweir.proxy.pool.PoolSpec;
import dev.pgweir.proxy.pool.PooledServer;
import dev.pgweir.proxy.pool.Pools;
import dev.pgweir.proxy.pool.Release;
import dev.pgweir.proxy.pool.ServerOpener;
import dev.pgweir.proxy.pool.WaitFailure;
import dev.pgweir.proxy.pool.Waiter;
import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.EmbeddedServer;
import dev.pgweir.proxy.server.ServerProfile;
import dev.pgweir.proxy.server.ServerState;
import dev.pgweir.proxy.server.SessionParameters;
import dev.pgweir.proxy.server.TrackedParameters;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A client's link, its pool of one server, and a test that plays both the client and PostgreSQL. What the link tells its
 * owner is written down, and answered as a client's session would: in the transaction modes the server is released when
 * a transaction ends.
 */
final class LinkWorld implements ServerOpener, Link.Owner, Waiter {
    static final TrackedParameters TRACKED = new TrackedParameters(List.of("IntervalStyle"));

    final UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(false);
    final TestChannel client = new TestChannel();
    final ReadGate clientGate = new ReadGate(client);
    final SessionParameters wanted = new SessionParameters(TRACKED);
    final Link link;
    /** What the owner was told, in order. */
    final List<String> told = new ArrayList<>();

    private final Pool pool;
    private final PoolClient place = new PoolClient(this);
    private final boolean ownLoop;
    private final boolean releases;
    private final List<EmbeddedServer> servers = new ArrayList<>();
    private final List<PooledServer> slots = new ArrayList<>();
    private @Nullable PooledServer given;

    /**
     * @param ownLoop whether the server lives on another event loop than the client
     * @param releases whether the server is released at the end of a transaction
     */
    LinkWorld(boolean ownLoop, boolean releases) {
        this(ownLoop, releases, false);
    }

    /**
     * @param follows whether prepared statements are followed, for which the link needs a {@link Preparer}
     */
    LinkWorld(boolean ownLoop, boolean releases, boolean follows) {
        this.ownLoop = ownLoop;
        this.releases = releases;
        client.config().setAllocator(alloc);
        Pools pools = new Pools(this, System::nanoTime, new Random(1));
        PoolSpec spec = new PoolSpec(
                "db:5432",
                new PoolSpec.Sizes(1, 0, 0),
                new PoolSpec.Caps(0, 0, 0, 0, 0),
                new PoolSpec.Waiting(0, 0, 0, 0),
                new PoolSpec.Aging(0, Long.MAX_VALUE, false, 0),
                false,
                false);
        pool = pools.pool(new PoolKey("shop", "app"), () -> spec);
        link = new Link(this, client, clientGate, wanted, follows);
    }

    // ---- what the test does ----

    /** Takes a server from the pool, which opens one if there is none, and binds it. */
    EmbeddedServer bind() {
        given = pool.acquire(place);
        if (given == null) {
            server().welcome("TimeZone", "UTC", "client_encoding", "UTF8");
            run();
        }
        PooledServer assigned = given;
        assertThat(assigned).as("a server from the pool").isNotNull();
        if (assigned != null) {
            told.add(link.bind(assigned) ? "bound" : "not bound");
        }
        return server();
    }

    /** The client's side passes these messages on, each in a buffer of its own. */
    void asks(byte[]... messages) {
        for (byte[] message : messages) {
            link.sent(message[0]);
            link.write(buffer(message));
        }
        link.flush();
    }

    /** The server sends this in one read, and all that follows from it is done. */
    void answers(byte[]... parts) {
        server().says(parts);
        run();
    }

    /** The server's socket is closed. */
    void serverCloses() {
        server().closes();
        run();
    }

    /** Runs the tasks that are handed from loop to loop. */
    void run() {
        client.runTasks();
    }

    /** The server that was opened last. */
    EmbeddedServer server() {
        return servers.get(servers.size() - 1);
    }

    /** Its place in the pool. */
    ServerState state() {
        return slots.get(slots.size() - 1).state();
    }

    int opened() {
        return servers.size();
    }

    /** What the client got since the last call. */
    byte[] got() {
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        for (ByteBuf part = client.readOutbound(); part != null; part = client.readOutbound()) {
            got.writeBytes(ByteBufUtil.getBytes(part));
            part.release();
        }
        return got.toByteArray();
    }

    /** What the owner was told since the last call. */
    List<String> news() {
        List<String> news = List.copyOf(told);
        told.clear();
        return news;
    }

    ByteBuf buffer(byte[]... parts) {
        byte[] all = bytes((Object[]) parts);
        return alloc.buffer(all.length).writeBytes(all);
    }

    /** The client takes bytes, or it does not. */
    void clientTakesBytes(boolean writable) {
        client.takesBytes(writable);
    }

    /** Everything is closed, and not a byte of memory is left in use. */
    void finish() {
        servers.forEach(EmbeddedServer::closes);
        run();
        servers.forEach(EmbeddedServer::finish);
        client.finishAndReleaseAll();
        run();
        assertThat(alloc.metric().usedHeapMemory() + alloc.metric().usedDirectMemory())
                .as("bytes of buffers that nobody has released")
                .isZero();
    }

    // ---- what the others do ----

    @Override
    public void open(PooledServer slot, int preferredLoop) {
        slots.add(slot);
        servers.add(new EmbeddedServer(
                slot.id(),
                slot,
                new ServerProfile.Queries(null, null, "DISCARD ALL"),
                TRACKED,
                alloc,
                ownLoop ? null : client));
    }

    @Override
    public void onAnswers() {
        told.add("answers");
    }

    @Override
    public LogSubject subject() {
        return () -> new LogPrefix(LogPrefix.Side.CLIENT, 1, "shop", "app", client.remoteAddress());
    }

    @Override
    public void onTransactionRefused() {
        told.add("transaction refused");
    }

    @Override
    public void onIdle() {
        TransactionStatus status = link.status();
        told.add("idle " + (char) status.code());
        if (releases && status == TransactionStatus.IDLE) {
            // Nobody tells the link any more that the read is complete.
            client.flush();
            link.release(Release.REUSE, true);
        }
    }

    @Override
    public void onServerLost(@Nullable ErrorResponse fatal) {
        told.add("lost: " + (fatal == null ? "no word" : fatal.code() + " " + fatal.message())
                + (link.isClientTorn() ? ", within a message" : "") + ", owed " + link.answersOwed());
        link.release(Release.close(DisconnectReason.SERVER_CRASHED), true);
    }

    @Override
    public void onSettled() {
        told.add("settled");
    }

    @Override
    public void onSettingsRefused(ErrorResponse error) {
        told.add("settings refused: " + error.code() + " " + error.message());
        // Which ends the client, with nothing of its own on the way but what is answered now.
        link.drain(true, Release.REUSE);
    }

    @Override
    public int loopIndex() {
        return 0;
    }

    @Override
    public void onServerAssigned(PooledServer server) {
        given = server;
    }

    @Override
    public void onWaitFailed(WaitFailure failure) {
        throw new AssertionError(failure.message());
    }
}
