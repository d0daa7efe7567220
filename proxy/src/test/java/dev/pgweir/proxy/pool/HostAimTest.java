package dev.pgweir.proxy.pool;

import static dev.pgweir.proxy.pool.Specs.specs;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.LoginFailure.Kind;
import dev.pgweir.proxy.server.ServerState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Databases with several hosts. */
final class HostAimTest {

    private static final String THREE = "a:5432,b:5432,c:5432";

    private final World world = new World();

    private List<String> opened() {
        return world.servers.stream().map(server -> server.slot.hostPort()).toList();
    }

    @Test
    void connectionsGoToEachHostInTurn() {
        Pool pool = world.pool("shop", specs().host(THREE));
        world.linked(pool, 5);
        assertThat(opened()).containsExactly("a:5432", "b:5432", "c:5432", "a:5432", "b:5432");
    }

    @Test
    void hostThatDoesNotAnswerIsPassedOverWhileAnotherDoes() {
        Pool pool = world.pool("shop", specs().host(THREE));
        FakeClient client = world.client().ask(pool);
        world.failLogins(Kind.UNREACHABLE);
        assertThat(opened()).as("at once").containsExactly("a:5432", "b:5432");
        world.loginAll();
        assertThat(client.hasServer()).isTrue();
        world.linked(pool, 3);
        assertThat(opened()).containsExactly("a:5432", "b:5432", "c:5432", "b:5432", "c:5432");
    }

    @Test
    void firstHostIsUsedUntilItFailsAndThenTheNextForGood() {
        Pool pool = world.pool("shop", specs().host("a:5432,b:5432").staysWithHost());
        world.linked(pool, 2);
        world.client().ask(pool);
        world.failLogins(Kind.UNREACHABLE);
        world.loginAll();
        world.tickAfter(Duration.ofMinutes(1));
        world.linked(pool, 2);
        assertThat(opened()).containsExactly("a:5432", "a:5432", "a:5432", "b:5432", "b:5432", "b:5432");
    }

    @Test
    void whenNoHostAnswersAttemptsArePacedAndBeginWithWhoeverIsDue() {
        Pool pool = world.pool("shop", specs().host("a:5432,b:5432"));
        world.client().ask(pool);
        world.failLogins(Kind.UNREACHABLE);
        world.failLogins(Kind.UNREACHABLE);
        assertThat(world.in(ServerState.LOGIN)).isEmpty();
        world.tickAfter(Duration.ofSeconds(1));
        assertThat(world.in(ServerState.LOGIN)).isNotEmpty();
        world.loginAll();
        assertThat(world.shown(pool).active()).isEqualTo(1);
    }

    @Test
    void eachHostHasItsOwnCapWhoeverElseUsesIt() {
        Pool all = world.pool("shop", specs().host("a:5432,b:5432").maxServer(2));
        Pool one = world.pool("blog", specs().host("a:5432").maxServer(2));
        world.linked(one, 2);
        world.linked(all, 2);
        assertThat(opened()).containsExactly("a:5432", "a:5432", "b:5432", "b:5432");
        FakeClient more = world.client().ask(all);
        assertThat(more.waits()).as("both are full").isTrue();
        assertThat(world.pools.caps())
                .filteredOn(cap -> cap.kind() == CapSnapshot.Kind.SERVER)
                .allSatisfy(cap -> assertThat(cap.servers()).isEqualTo(2));
    }

    @Test
    void someServersAreReplacedAndTheOthersStay() {
        Pool pool = world.pool("shop", specs().host("a:5432,b:5432"));
        FakeClient busy = world.linked(pool);
        world.linked(pool).release();
        world.pools.retireIf(server -> server.hostPort().equals("a:5432"), DisconnectReason.SERVER_ADDRESS_CHANGED);
        assertThat(world.servers).allMatch(server -> server.closeAsked == null);
        busy.release();
        assertThat(world.servers.get(0).closeAsked).isNotNull();
        assertThat(world.servers.get(1).state()).isEqualTo(ServerState.IDLE);
    }
}
