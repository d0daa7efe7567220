package dev.pgweir.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel says of sockets that a process was started with, as it stood under /proc. */
final class PassedSocketsTest {
    private static final String UNIX = """
            Num       RefCount Protocol Flags    Type St Inode Path
            0000000000000000: 00000002 00000000 00010000 0001 01 201 /run/my sockets/.s.PGSQL.6432
            0000000000000000: 00000002 00000000 00010000 0001 01 202 @pgweir/.s.PGSQL.6432
            0000000000000000: 00000003 00000000 00000000 0001 03 203 /run/connected
            0000000000000000: 00000002 00000000 00000000 0002 01 204 /run/systemd/notify
            """;

    private static final String TCP = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1920 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 301 1 0 100 0 0 10 0
               1: 0100007F:1921 0100007F:1538 01 00000000:00000000 00:00000000 00000000     0        0 302 1 0 20 4 30 10 -1
            """;

    private static final String TCP6 = """
              sl  local_address remote_address st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 00000000000000000000000000000000:1920 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 401 1 0 100 0 0 10 0
            """;

    @TempDir
    Path proc;

    @BeforeEach
    void tables() throws IOException {
        for (String directory : new String[] {"fd", "fdinfo", "net"}) {
            Files.createDirectory(proc.resolve(directory));
        }
        Files.writeString(proc.resolve("net/unix"), UNIX);
        Files.writeString(proc.resolve("net/tcp"), TCP);
        Files.writeString(proc.resolve("net/tcp6"), TCP6);
    }

    private void open(int fd, String target, String flags) throws IOException {
        Files.createSymbolicLink(proc.resolve("fd/" + fd), Path.of(target));
        Files.writeString(proc.resolve("fdinfo/" + fd), "pos:\t0\nflags:\t" + flags + "\nmnt_id:\t10\n");
    }

    private static Map<String, String> environment(String count) {
        return Map.of(
                "LISTEN_FDS",
                count,
                "LISTEN_PID",
                Long.toString(ProcessHandle.current().pid()));
    }

    @Test
    void findsOutWhatEachOfThemIs() throws IOException {
        open(3, "socket:[301]", "02004002");
        open(4, "socket:[201]", "02004002");
        open(5, "socket:[202]", "04002");
        open(6, "socket:[401]", "04002");

        assertThat(PassedSockets.of(environment("4"), proc))
                .containsExactly(
                        new PassedSocket(3, null),
                        new PassedSocket(4, "/run/my sockets/.s.PGSQL.6432"),
                        new PassedSocket(5, "@pgweir/.s.PGSQL.6432"),
                        new PassedSocket(6, null));
    }

    @Test
    void namesThatOthersGiveTheirSocketsDoNotMatter() throws IOException {
        String strange = "0000000000000000: 00000003 00000000 00000000 0001 03 205 /run/\u00ff\u00c3\n";
        Files.write(proc.resolve("net/unix"), (UNIX + strange).getBytes(StandardCharsets.ISO_8859_1));
        open(3, "socket:[201]", "02004002");

        assertThat(PassedSockets.of(environment("1"), proc))
                .containsExactly(new PassedSocket(3, "/run/my sockets/.s.PGSQL.6432"));
    }

    @Test
    void thoseOfAnotherProcessAreNotTaken() throws IOException {
        assertThat(PassedSockets.of(Map.of(), proc)).isEmpty();
        assertThat(PassedSockets.of(Map.of("LISTEN_FDS", "1"), proc)).isEmpty();
        assertThat(PassedSockets.of(Map.of("LISTEN_FDS", "1", "LISTEN_PID", "1"), proc))
                .isEmpty();
    }

    @Test
    void whatCannotBeListenedOnIsRefused() throws IOException {
        open(3, "/dev/null", "0100002");
        refused("1", "file descriptor 3 of LISTEN_FDS is no stream socket");
        Files.delete(proc.resolve("fd/3"));
        refused("1", "file descriptor 3 of LISTEN_FDS is not open");
        for (String inode : new String[] {"203", "204", "302", "999"}) {
            Files.deleteIfExists(proc.resolve("fd/3"));
            Files.createSymbolicLink(proc.resolve("fd/3"), Path.of("socket:[" + inode + "]"));
            refused("1", "file descriptor 3 of LISTEN_FDS is no stream socket");
        }
        refused("many", "LISTEN_FDS is not a number");
    }

    @Test
    void socketThatBlocksIsRefusedWithAdvice() throws IOException {
        open(3, "socket:[301]", "02000002");

        refused("1", "file descriptor 3 of LISTEN_FDS blocks: set NonBlocking=yes in the [Service] section");
    }

    private void refused(String count, String why) {
        assertThatThrownBy(() -> PassedSockets.of(environment(count), proc))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(why);
    }

    @Test
    void portOfAUnixSocketIsInItsName() {
        assertThat(UnixSockets.port("/run/.s.PGSQL.5433", 6432)).isEqualTo(5433);
        assertThat(UnixSockets.port("@name/.s.PGSQL.5433", 6432)).isEqualTo(5433);
        assertThat(UnixSockets.port("/run/pgweir.sock", 6432)).isEqualTo(6432);
        assertThat(UnixSockets.port("/run/.s.PGSQL.x", 6432)).isEqualTo(6432);
    }
}
