package dev.pgweir.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.config.value.TransportChoice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class TransportTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void aTransportOfAnotherSystemIsRefusedInOneWholeSentence() {
        assertThatThrownBy(() -> Transport.of(TransportChoice.KQUEUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("transport = kqueue is not available on this machine");
    }

    @Test
    void autoIsAlwaysAvailable() {
        assertThat(Transport.of(TransportChoice.AUTO)).isNotNull();
    }
}
