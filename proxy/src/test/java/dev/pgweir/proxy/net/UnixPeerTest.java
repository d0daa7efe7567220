package dev.pgweir.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is known of Unix sockets before one is opened. */
final class UnixPeerTest {

    @Test
    void nameOfAUserIsFoundByItsNumber() {
        List<String> users = List.of("root:x:0:0:root:/root:/bin/sh", "+nis", "app:x:1000:1000::/home/app:");
        assertThat(UnixPeer.nameIn(users, 1000)).isEqualTo("app");
        assertThat(UnixPeer.nameIn(users, 0)).isEqualTo("root");
        assertThat(UnixPeer.nameIn(users, 100)).isNull();
    }

    @Test
    void sameUserIsToldByNumberOrWhereThereIsNoneByName() {
        assertThat(new UnixPeer(1, 1000, null).isUser(1000, "app")).isTrue();
        assertThat(new UnixPeer(1, 1000, "app").isUser(1001, "app")).isFalse();
        assertThat(new UnixPeer(0, -1, "app").isUser(1000, "app")).isTrue();
        assertThat(new UnixPeer(0, -1, null).isUser(-1, "app")).isFalse();
    }

    @Test
    void modeIsThatOfChmod() {
        assertThat(PosixFilePermissions.toString(UnixListener.permissions(0740)))
                .isEqualTo("rwxr-----");
        assertThat(PosixFilePermissions.toString(UnixListener.permissions(0777)))
                .isEqualTo("rwxrwxrwx");
        assertThat(UnixListener.permissions(0)).isEmpty();
    }

    @Test
    void socketIsNamedAsLibpqNamesIt() {
        assertThat(UnixSockets.path("/run/pg", 6432)).isEqualTo("/run/pg/.s.PGSQL.6432");
        assertThat(UnixSockets.path("@name", 1)).isEqualTo("@name/.s.PGSQL.1");
        assertThatThrownBy(() -> UnixSockets.path("/" + "x".repeat(100), 6432))
                .hasMessageContaining("has 115 bytes, the operating system takes 107");
    }

    @Test
    void abstractNameNeedsATransportThatHasThem() {
        assertThatThrownBy(() -> Transport.NIO.unixAddress("@name"))
                .hasMessageContaining("needs Linux, and transport = epoll or io_uring");
    }
}
