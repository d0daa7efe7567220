package dev.pgweir.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.LogConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ServerLogTest {

    private static final InetSocketAddress SERVER = address("127.0.0.1", 5432);

    private final CapturedLog log = new CapturedLog();
    private boolean connections = true;
    private boolean disconnections = true;

    @Test
    void tellsOurEndOfTheConnection() {
        server("p0x", "maxedout2", SERVER).connected(address("127.0.0.1", 55_522));

        assertThat(log.lines())
                .containsExactly("UTC [42] LOG S-0xff: p0x/maxedout2@127.0.0.1:5432 new connection to server"
                        + " (from 127.0.0.1:55522)\n");
    }

    @Test
    void comingAndGoingAreLeftOutWhereThatIsConfigured() {
        connections = false;
        disconnections = false;

        ServerLog quiet = server("d", "u", SERVER);
        quiet.connected(address("127.0.0.1", 55_522));
        quiet.closing("server_lifetime", 3600);
        assertThat(log.lines()).isEmpty();

        disconnections = true;
        quiet.closing("server_lifetime", 3600);
        assertThat(log.lines())
                .containsExactly(
                        "UTC [42] LOG S-0xff: d/u@127.0.0.1:5432 closing because: server_lifetime (age=3600s)\n");
    }

    @Test
    void addressesOfVersion6StandInBrackets() {
        server("d", "u", address("::1", 5432)).log("hello");

        assertThat(log.lines()).containsExactly("UTC [42] LOG S-0xff: d/u@[0:0:0:0:0:0:0:1]:5432 hello\n");
    }

    @Test
    void namesThatPeersChooseCannotForgeLines() {
        server("a\nb", "u".repeat(70_000), SERVER).log("hello");

        assertThat(log.lines()).hasSize(1);
        assertThat(log.lines().get(0)).contains("S-0xff: a\\nb/uuuu").hasSizeLessThan(500);
    }

    @Test
    void namesAreTextAndNotPatterns() {
        server("{}", "%s", SERVER).log("{} and %d");

        assertThat(log.lines()).containsExactly("UTC [42] LOG S-0xff: {}/%s@127.0.0.1:5432 {} and %d\n");
    }

    @Test
    void anyKindOfAddressCanBeWritten() {
        SocketAddress other = new SocketAddress() {
            @Override
            public String toString() {
                return "embedded\n";
            }
        };
        server("d", "u", other).log("hello");
        server("d", "u", InetSocketAddress.createUnresolved("db.example.com", 1))
                .log("hello");

        assertThat(log.lines())
                .containsExactly(
                        "UTC [42] LOG S-0xff: d/u@embedded\\n hello\n",
                        "UTC [42] LOG S-0xff: d/u@db.example.com:1 hello\n");
    }

    private ServerLog server(String database, String user, SocketAddress peer) {
        return new ServerLog(log.logger(), this::config, 255, database, user, peer);
    }

    private LogConfig config() {
        return new LogConfig(connections, disconnections, true, true, Duration.ofSeconds(60), null, 0, null);
    }

    private static InetSocketAddress address(String host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
