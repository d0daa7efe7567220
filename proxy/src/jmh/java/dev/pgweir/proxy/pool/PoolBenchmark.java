package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerControl;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What the pool adds to a transaction. All threads share one pool; each is an event loop. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PoolBenchmark {
    private static final int POOL_SIZE = 20;

    /** A pool whose servers are logged in at once, and a clock that ticks. */
    @State(Scope.Benchmark)
    public static class Shared implements ServerOpener {
        final AtomicInteger loops = new AtomicInteger();
        Pool pool;

        @Setup
        public void open() {
            Pools pools = new Pools(this, System::nanoTime, new Random(1));
            Specs specs = Specs.specs().size(POOL_SIZE).lifetime(Duration.ofDays(1));
            pool = pools.pool(new PoolKey("app", "app"), specs::make);
        }

        @Override
        public void open(PooledServer slot, int preferredLoop) {
            slot.onReady(new Connection(Math.max(0, preferredLoop)));
        }
    }

    /** One client per thread that finds the servers free. */
    @State(Scope.Thread)
    public static class Alone {
        Client client;

        @Setup
        public void join(Shared shared) {
            client = new Client(shared.pool, shared.loops.getAndIncrement(), new Crowd());
            client.take();
            client.giveBack();
        }
    }

    /** More clients than servers: who releases hands over to who waits longest, and goes to the end of the queue. */
    @State(Scope.Thread)
    public static class Crowd {
        /** Has a server. */
        Client client;
        /** Was given one last. */
        Client served;

        @Setup
        public void join(Shared shared) {
            Client[] clients = new Client[POOL_SIZE + 12];
            for (int i = 0; i < clients.length; i++) {
                clients[i] = new Client(shared.pool, 0, this);
            }
            for (Client each : clients) {
                each.take();
            }
            client = clients[0];
        }
    }

    @Benchmark
    public Object acquireAndReleaseAlone(Shared shared, Alone alone) {
        alone.client.take();
        return alone.client.giveBack();
    }

    @Benchmark
    @Threads(2)
    public Object acquireAndReleaseOnTwoLoops(Shared shared, Alone alone) {
        alone.client.take();
        return alone.client.giveBack();
    }

    @Benchmark
    public Object handOverAndQueue(Shared shared, Crowd crowd) {
        Client giver = crowd.client;
        Object released = giver.giveBack();
        giver.take();
        crowd.client = crowd.served;
        return released;
    }

    private static final class Client implements Waiter {
        private final Pool pool;
        private final int loop;
        private final Crowd crowd;
        private final PoolClient place = new PoolClient(this);
        private PooledServer server;

        Client(Pool pool, int loop, Crowd crowd) {
            this.pool = pool;
            this.loop = loop;
            this.crowd = crowd;
        }

        void take() {
            PooledServer given = pool.acquire(place);
            if (given != null) {
                server = given;
            }
        }

        PooledServer giveBack() {
            PooledServer held = server;
            server = null;
            pool.release(held, Release.REUSE);
            return held;
        }

        @Override
        public int loopIndex() {
            return loop;
        }

        @Override
        public void onServerAssigned(PooledServer assigned) {
            server = assigned;
            crowd.served = this;
        }

        @Override
        public void onWaitFailed(WaitFailure failure) {
            throw new IllegalStateException(failure.message());
        }
    }

    private record Connection(int loopIndex) implements ServerControl {
        @Override
        public void close(DisconnectReason reason) {
            throw new IllegalStateException("closed: " + reason);
        }

        @Override
        public void runCheck() {}

        @Override
        public void runReset() {}
    }
}
