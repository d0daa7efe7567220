package dev.pgweir.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.config.NetConfig;
import dev.pgweir.config.ProxyConfig;
import dev.pgweir.config.setting.SettingValues;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Names and how long their addresses are remembered, with a clock and a system of the test's own. */
final class HostResolverTest {

    private static final Duration REMEMBERED = Duration.ofSeconds(15);

    private final NetConfig config =
            ProxyConfig.of(SettingValues.none(), Map.of(), Map.of(), Map.of()).net();
    private final Map<String, List<InetAddress>> system = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final Queue<Runnable> work = new ArrayDeque<>();
    private final List<String> changes = new ArrayList<>();
    private long now = -5;
    private final HostResolver resolver = new HostResolver(() -> config, work::add, this::lookUp, () -> now);

    private List<InetAddress> lookUp(String name) throws UnknownHostException {
        asked.add(name);
        List<InetAddress> found = system.get(name);
        if (found == null) {
            throw new UnknownHostException(name);
        }
        return found;
    }

    private void has(String name, String... addresses) throws UnknownHostException {
        List<InetAddress> all = new ArrayList<>();
        for (String address : addresses) {
            all.add(InetAddress.getByName(address));
        }
        system.put(name, all);
    }

    private void work() {
        while (!work.isEmpty()) {
            work.remove().run();
        }
    }

    private List<InetAddress> resolve(String name) {
        CompletableFuture<List<InetAddress>> answer = resolver.resolve(name);
        work();
        return answer.join();
    }

    @Test
    void addressesAreRememberedForTheirTime() throws UnknownHostException {
        has("db", "192.0.2.1");
        resolve("db");
        now += REMEMBERED.toNanos() - 1;
        assertThat(resolve("db")).isEqualTo(system.get("db"));
        assertThat(asked).hasSize(1);
        now += 1;
        resolve("db");
        assertThat(asked).hasSize(2);
    }

    @Test
    void nameIsLookedUpOnceHoweverManyAsk() throws UnknownHostException {
        has("db", "192.0.2.1");
        CompletableFuture<List<InetAddress>> first = resolver.resolve("db");
        CompletableFuture<List<InetAddress>> second = resolver.resolve("db");
        assertThat(resolver.pending()).isEqualTo(1);
        work();
        assertThat(first.join()).isEqualTo(second.join());
        assertThat(asked).hasSize(1);
        assertThat(resolver.pending()).isZero();
    }

    @Test
    void thatANameHasNoAddressIsRememberedAsWell() throws UnknownHostException {
        assertThatThrownBy(() -> resolve("nowhere")).hasCauseInstanceOf(UnknownHostException.class);
        has("nowhere", "192.0.2.1");
        assertThatThrownBy(() -> resolve("nowhere")).hasMessageContaining("no address is known for nowhere");
        assertThat(asked).hasSize(1);
        now += REMEMBERED.toNanos();
        assertThat(resolve("nowhere")).hasSize(1);
    }

    @Test
    void lostAddressesAreToldAndNewOnesAreNot() throws UnknownHostException {
        resolver.onChange((name, addresses) -> changes.add(name + " " + addresses.size()));
        has("db", "192.0.2.1", "192.0.2.2");
        resolve("db");
        has("db", "192.0.2.2", "192.0.2.1", "192.0.2.3");
        resolver.refresh(List.of("db", "never asked"));
        work();
        assertThat(changes).isEmpty();
        has("db", "192.0.2.3");
        resolver.refresh(List.of("db"));
        work();
        assertThat(changes).containsExactly("db 1");
        assertThat(asked).doesNotContain("never asked");
    }

    @Test
    void changeBehindAFailureIsNoticed() throws UnknownHostException {
        resolver.onChange((name, addresses) -> changes.add(name + " " + addresses));
        has("db", "192.0.2.1");
        resolve("db");
        system.clear();
        now += REMEMBERED.toNanos();
        assertThatThrownBy(() -> resolve("db")).hasCauseInstanceOf(UnknownHostException.class);
        has("db", "192.0.2.9");
        now += REMEMBERED.toNanos();
        resolve("db");
        assertThat(changes).containsExactly("db [/192.0.2.9]");
    }

    @Test
    void entriesTellWhatIsRemembered() throws UnknownHostException {
        has("db", "192.0.2.1");
        resolve("db");
        now += Duration.ofSeconds(5).toNanos();
        assertThat(resolver.entries())
                .containsExactly(new HostResolver.HostEntry("db", 10, List.of(InetAddress.getByName("192.0.2.1"))));
    }
}
