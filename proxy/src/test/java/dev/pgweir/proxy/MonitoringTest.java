package dev.pgweir.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.config.HttpConfig;
import dev.pgweir.proxy.http.HttpEndpoint;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When there is an HTTP endpoint. */
final class MonitoringTest {
    private static final Pages PAGES = new Pages(Map.of(), () -> {});

    @Test
    void nobodyHasAskedForAnAddressThatIsTakenSoItGoesOnWithout() throws IOException {
        try (HttpEndpoint first = HttpEndpoint.open("127.0.0.1", 0, Map.of())) {
            HttpConfig.Address taken =
                    new HttpConfig.Address("127.0.0.1", first.address().getPort());
            try (Monitoring second = Monitoring.open(new HttpConfig(taken, false), () -> PAGES)) {
                assertThat(second.isOpen()).isFalse();
            }
            assertThatThrownBy(() -> Monitoring.open(new HttpConfig(taken, true), () -> PAGES))
                    .isInstanceOf(IOException.class)
                    .hasMessageEndingWith("(http_addr)");
        }
    }

    @Test
    void anEmptyAddressIsNone() throws IOException {
        try (Monitoring none = Monitoring.open(new HttpConfig(null, true), () -> PAGES)) {
            assertThat(none.isOpen()).isFalse();
        }
    }
}
