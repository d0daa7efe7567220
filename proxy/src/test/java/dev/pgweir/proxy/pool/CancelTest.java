package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CancelTest {
    private final World world = new World();

    private static final class Request implements CancelCallback {
        int granted;
        int gone;

        @Override
        public void onGranted() {
            granted++;
        }

        @Override
        public void onGone() {
            gone++;
        }
    }

    private CancelTicket cancel(FakeClient client, Request request) {
        return Objects.requireNonNull(world.pools.requestCancel(client.membership, request));
    }

    @Test
    void aCancelRequestIsGrantedAtOnceAndCountsUntilItIsDone() {
        Pool pool = world.pool("shop", specs().maxServer(10));
        Request request = new Request();
        CancelTicket ticket = cancel(world.linked(pool), request);
        assertThat(request.granted).isEqualTo(1);
        assertThat(world.shown(pool).cancelsActive()).isEqualTo(1);
        assertThat(world.pools.caps().get(0).cancels()).isEqualTo(1);
        ticket.done();
        ticket.done();
        assertThat(world.shown(pool).cancelsActive()).isZero();
        assertThat(world.pools.caps().get(0).cancels()).isZero();
    }

    @Test
    void aReleasedServerIsGivenOutOnlyWhenTheLastCancelRequestForItIsDone() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        FakeClient next = world.client().ask(pool);
        CancelTicket first = cancel(holder, new Request());
        CancelTicket second = cancel(holder, new Request());
        holder.release();
        assertThat(world.shown(pool).beingCanceled()).isEqualTo(1);
        assertThat(next.waits()).isTrue();
        first.done();
        assertThat(next.waits()).isTrue();
        second.done();
        assertThat(next.hasServer()).isTrue();
    }

    @Test
    void aServerWhoseCancelRequestMayArriveLateGetsNoOtherClient() {
        Pool pool = world.pool("shop", specs().size(2));
        List<FakeClient> holders = world.linked(pool, 2);
        for (FakeClient holder : holders) {
            CancelTicket ticket = cancel(holder, new Request());
            boolean releasedBefore = holder == holders.get(0);
            if (releasedBefore) {
                holder.release();
            }
            ticket.mayArriveLate();
            ticket.done();
            if (!releasedBefore) {
                assertThat(holder.hasServer()).isTrue();
                holder.release();
            }
        }
        assertThat(world.servers)
                .extracting(server -> server.closeAsked)
                .containsExactly(DisconnectReason.CANCEL_WAIT_TIMEOUT, DisconnectReason.CANCEL_WAIT_TIMEOUT);
        FakeClient next = world.client().ask(pool);
        world.closeAll();
        world.loginAll();
        assertThat(next.hasServer()).isTrue();
        assertThat(world.servers).hasSize(3);
    }

    @Test
    void theResetQueryWaitsForTheCancelRequestToo() {
        Pool pool = world.pool("shop", specs());
        FakeClient holder = world.linked(pool);
        CancelTicket ticket = cancel(holder, new Request());
        holder.release(Release.RESET);
        assertThat(world.servers.get(0).resets).isZero();
        ticket.done();
        assertThat(world.servers.get(0).resets).isEqualTo(1);
    }

    @Test
    void aCancelRequestThatStillWaitsWhenItsClientLeavesTheServerIsNeverSent() {
        Pool pool = world.pool("shop", specs().size(2).maxServer(2));
        List<FakeClient> clients = world.linked(pool, 2);
        Request request = new Request();
        CancelTicket ticket = cancel(clients.get(0), request);
        assertThat(request.granted).isZero();
        assertThat(world.shown(pool).cancelsWaiting()).isEqualTo(1);
        clients.get(0).release();
        assertThat(request.gone).isEqualTo(1);
        assertThat(world.shown(pool).cancelsWaiting()).isZero();
        assertThat(world.shown(pool).idle()).isEqualTo(1);
        assertThat(ticket.abandon()).isFalse();
    }

    @Test
    void aCancelRequestForAServerThatDiesIsNeverSent() {
        Pool pool = world.pool("shop", specs().size(1).maxServer(1));
        FakeClient client = world.linked(pool);
        Request request = new Request();
        cancel(client, request);
        world.of(client.held()).socketCloses();
        assertThat(request.gone).isEqualTo(1);
        assertThat(request.granted).isZero();
    }

    @Test
    void thereIsNothingToCancelForAClientWithoutAServer() {
        Pool pool = world.pool("shop", specs());
        FakeClient client = world.linked(pool);
        PooledServer server = client.held();
        client.release();
        Request request = new Request();
        assertThat(world.pools.requestCancel(client.membership, request)).isNull();
        world.pools.requestCancel(server, request);
        assertThat(request.gone).isEqualTo(1);
    }

    @Test
    void aCancelRequestThatComesLateIsNotForTheNextClientOfTheServer() {
        Pool pool = world.pool("shop", specs().size(1));
        FakeClient holder = world.linked(pool);
        PooledServer server = holder.held();
        long assignment = server.assignment();
        FakeClient next = world.client().ask(pool);
        holder.release();
        assertThat(next.held()).isSameAs(server);
        Request late = new Request();
        world.pools.requestCancel(server, assignment, late);
        assertThat(late.gone).isEqualTo(1);
        Request own = new Request();
        world.pools.requestCancel(server, server.assignment(), own);
        assertThat(own.granted).isEqualTo(1);
    }

    @Test
    void aWaitingCancelRequestClosesAnUnusedConnectionHoweverYoung() {
        Pool pool = world.pool("shop", specs().size(2).maxServer(2));
        List<FakeClient> clients = world.linked(pool, 2);
        clients.get(1).release();
        Request request = new Request();
        CancelTicket ticket = cancel(clients.get(0), request);
        assertThat(world.in(ServerState.CLOSING)).hasSize(1);
        assertThat(world.events).containsExactly("evicted shop for cancel");
        world.closeAll();
        assertThat(request.granted).isEqualTo(1);
        ticket.done();
    }

    @Test
    void aWaitingCancelRequestIsFirstInLineForTheNextPlace() {
        Pool pool = world.pool("shop", specs().size(2).maxServer(2));
        List<FakeClient> clients = world.linked(pool, 2);
        world.waiting(pool, 3);
        Request request = new Request();
        cancel(clients.get(0), request);
        FakeServer other = world.of(clients.get(1).held());
        clients.get(1).release();
        assertThat(other.closeAsked).isEqualTo(DisconnectReason.SERVER_EVICTED);
        world.closeAll();
        assertThat(request.granted).isEqualTo(1);
        assertThat(world.in(ServerState.LOGIN)).isEmpty();
    }

    @Test
    void theReserveLetsACancelThroughWhileOrdinaryServersUseAllTheyMay() {
        Pool pool = world.pool("shop", specs().maxServer(5).cancelReserve(1));
        List<FakeClient> clients = world.linked(pool, 4);
        world.waiting(pool, 3);
        Request request = new Request();
        CancelTicket ticket = cancel(clients.get(0), request);
        assertThat(request.granted).isEqualTo(1);
        ticket.done();
        assertThat(world.servers).as("the reserve stays free").hasSize(4);
    }

    @Test
    void anAbandonedRequestGivesItsPlaceInTheLineUp() {
        Pool pool = world.pool("shop", specs().size(1).maxServer(1));
        FakeClient client = world.linked(pool);
        Request request = new Request();
        CancelTicket ticket = cancel(client, request);
        assertThat(ticket.abandon()).isTrue();
        assertThat(ticket.abandon()).isFalse();
        ticket.done();
        client.release();
        assertThat(request.granted + request.gone).isZero();
        assertThat(world.shown(pool).idle()).isEqualTo(1);
    }

    @Test
    void aPlaceThatACancelRequestLeavesGoesToThoseWhoWait() {
        Pool pool = world.pool("shop", specs().maxServer(2));
        FakeClient holder = world.linked(pool);
        CancelTicket ticket = cancel(holder, new Request());
        FakeClient waiting = world.client().ask(pool);
        assertThat(world.in(ServerState.LOGIN)).isEmpty();
        ticket.done();
        world.loginAll();
        assertThat(waiting.hasServer()).isTrue();
    }

    @Test
    void aServerThatDiesWhileItIsBeingCanceledIsForgotten() {
        Pool pool = world.pool("shop", specs());
        FakeClient holder = world.linked(pool);
        CancelTicket ticket = cancel(holder, new Request());
        holder.release();
        world.tickAfter(Duration.ofSeconds(1));
        world.servers.get(0).socketCloses();
        ticket.done();
        assertThat(world.shown(pool).servers()).isZero();
    }
}
