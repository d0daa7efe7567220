package dev.pgweir.proxy.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DemoOptionsTest {

    private static final Map<String, String> NO_URL = Map.of();
    private static final Map<String, String> URL = Map.of("DATABASE_URL", "postgresql://u:p@h/d");

    @Test
    void runs200ClientsOnTheUsualPortUntilItIsStopped() {
        assertThat(DemoOptions.read(Map.of(), NO_URL)).isEqualTo(new DemoOptions(6432, 200, 0, null, true));
    }

    @Test
    void takesWhatTheCommandLineSays() {
        Map<String, String> properties = Map.of("port", "7000", "clients", "20", "seconds", "10", "load", "false");
        assertThat(DemoOptions.read(properties, NO_URL)).isEqualTo(new DemoOptions(7000, 20, 10, null, false));
    }

    @Test
    void putsNoLoadOnADatabaseOfTheUserUnlessAsked() {
        assertThat(DemoOptions.read(Map.of("load", ""), URL).load()).isFalse();
        assertThat(DemoOptions.read(Map.of("load", "true"), URL).load()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"port,0", "port,65536", "clients,0", "clients,many", "seconds,-1", "port,64.32"})
    void refusesNumbersThatMakeNoSense(String name, String value) {
        assertThatThrownBy(() -> DemoOptions.read(Map.of(name, value), NO_URL))
                .isInstanceOf(DemoException.class)
                .hasMessageStartingWith("-D" + name + "=" + value + ": accepted is a number from ");
    }
}
