package dev.pgweir.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.config.value.TransportChoice;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class TransportTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void aTransportOfAnotherSystemIsRefusedInOneWholeSentence() {
        assertThatThrownBy(() -> Transport.of(TransportChoice.KQUEUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("transport = kqueue is not available on this machine: Only supported on OSX/BSD");
    }

    @Test
    void autoIsAlwaysAvailable() {
        assertThat(Transport.of(TransportChoice.AUTO)).isNotNull();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void autoIsEpollOnLinux() {
        assertThat(Transport.of(TransportChoice.AUTO)).isEqualTo(Transport.EPOLL);
    }

    @Test
    void theReasonIsTheCauseAtTheBottom() {
        Throwable failure = new IllegalStateException(
                "failed to create a child event loop", new IllegalStateException(new IOException("not enough memory")));

        assertThat(Transport.unavailable(Transport.IO_URING, failure))
                .hasMessage("transport = io_uring is not available on this machine: not enough memory");
    }
}
