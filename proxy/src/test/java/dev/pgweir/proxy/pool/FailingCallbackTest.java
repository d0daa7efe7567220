package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class FailingCallbackTest {
    private final World world = new World();
    private final Pool pool = world.pool("shop", specs().size(1));

    /** A client whose event loop does not take anything any more. */
    private static final class Deaf implements Waiter {
        final PoolClient membership = new PoolClient(this);

        @Override
        public int loopIndex() {
            return 0;
        }

        @Override
        public void onServerAssigned(PooledServer server) {
            throw new IllegalStateException("the loop is shut down");
        }

        @Override
        public void onWaitFailed(WaitFailure failure) {
            throw new IllegalStateException("the loop is shut down");
        }
    }

    @Test
    void aServerThatItsClientCannotBeToldOfGoesToTheNext() {
        FakeClient holder = world.linked(pool);
        Deaf deaf = new Deaf();
        assertThat(pool.acquire(deaf.membership)).isNull();
        FakeClient next = world.client().ask(pool);
        assertThatThrownBy(holder::release).hasMessage("the loop is shut down");
        assertThat(next.hasServer()).isTrue();
        assertThat(deaf.membership.membership()).isEqualTo(PoolClient.Membership.NONE);
    }

    @Test
    void theOthersAreToldAllTheSame() {
        world.linked(pool);
        Deaf deaf = new Deaf();
        assertThat(pool.acquire(deaf.membership)).isNull();
        FakeClient next = world.client().ask(pool);
        assertThatThrownBy(world.pools::drain).hasMessage("the loop is shut down");
        assertThat(next.failure).isEqualTo(WaitFailure.CLOSED);
    }

    @Test
    void aCancelRequestThatCannotBeSentIsOver() {
        FakeClient holder = world.linked(pool);
        CancelCallback broken = new CancelCallback() {
            @Override
            public void onGranted() {
                throw new IllegalStateException("no descriptors left");
            }

            @Override
            public void onGone() {
                throw new AssertionError("it was granted");
            }
        };
        assertThatThrownBy(() -> Objects.requireNonNull(world.pools.requestCancel(holder.membership, broken)))
                .hasMessage("no descriptors left");
        holder.release();
        assertThat(world.shown(pool).idle()).isEqualTo(1);
    }
}
