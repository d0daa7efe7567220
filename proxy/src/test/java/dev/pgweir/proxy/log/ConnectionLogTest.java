package dev.pgweir.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

final class ConnectionLogTest {

    private static final InetSocketAddress PEER = address("127.0.0.1", 40_094);
    private static final InetSocketAddress SERVER = address("127.0.0.1", 5432);

    private final CapturedLog log = new CapturedLog();

    @Test
    void clientWithoutLoginHasNeitherDatabaseNorUser() {
        ConnectionLog.client(log.logger(), 31, PEER).closing("password authentication failed", 0);

        assertThat(log.lines())
                .containsExactly("UTC [42] LOG C-0x1f: (nodb)/(nouser)@127.0.0.1:40094 closing because:"
                        + " password authentication failed (age=0s)\n");
    }

    @Test
    void clientIsNamedOnceItIsKnown() {
        ConnectionLog client = ConnectionLog.client(log.logger(), 1, PEER);
        client.identify("p0", "postgres");
        client.loginAttempt("p0", "postgres", "no", false);
        client.poolerError("query_wait_timeout");
        client.closing("client_idle_timeout", 2);

        assertThat(log.lines())
                .containsExactly(
                        "UTC [42] LOG C-0x1: p0/postgres@127.0.0.1:40094 login attempt: db=p0 user=postgres tls=no"
                                + " replication=no\n",
                        "UTC [42] WARNING C-0x1: p0/postgres@127.0.0.1:40094 pooler error: query_wait_timeout\n",
                        "UTC [42] LOG C-0x1: p0/postgres@127.0.0.1:40094 closing because: client_idle_timeout"
                                + " (age=2s)\n");
    }

    @Test
    void serverLineTellsOurEndOfTheConnection() {
        ConnectionLog.server(log.logger(), 255, "p0x", "maxedout2", SERVER)
                .connectedToServer(address("127.0.0.1", 55_522));

        assertThat(log.lines())
                .containsExactly("UTC [42] LOG S-0xff: p0x/maxedout2@127.0.0.1:5432 new connection to server"
                        + " (from 127.0.0.1:55522)\n");
    }

    @Test
    void addressesOfVersion6StandInBrackets() {
        ConnectionLog.server(log.logger(), 1, "d", "u", address("::1", 5432)).log("hello");

        assertThat(log.lines()).containsExactly("UTC [42] LOG S-0x1: d/u@[0:0:0:0:0:0:0:1]:5432 hello\n");
    }

    @Test
    void namesThatPeersChooseCannotForgeLines() {
        ConnectionLog client = ConnectionLog.client(log.logger(), 1, PEER);
        client.identify("a\nb", "u".repeat(70_000));
        client.loginAttempt("a\nb", "\u001b[31m", "no", false);

        assertThat(log.lines()).hasSize(1);
        assertThat(log.lines().get(0))
                .contains("C-0x1: a\\nb/uuuu")
                .contains("login attempt: db=a\\nb user=\\x1b[31m tls=no")
                .hasSizeLessThan(500);
    }

    @Test
    void namesAreTextAndNotPatterns() {
        ConnectionLog client = ConnectionLog.client(log.logger(), 1, PEER);
        client.identify("{}", "%s");
        client.log("{} and %d");

        assertThat(log.lines()).containsExactly("UTC [42] LOG C-0x1: {}/%s@127.0.0.1:40094 {} and %d\n");
    }

    @Test
    void anyKindOfAddressCanBeWritten() {
        SocketAddress other = new SocketAddress() {
            @Override
            public String toString() {
                return "embedded\n";
            }
        };
        ConnectionLog.client(log.logger(), 1, other).log("hello");
        ConnectionLog.client(log.logger(), 2, InetSocketAddress.createUnresolved("db.example.com", 1))
                .log("hello");

        assertThat(log.lines())
                .containsExactly(
                        "UTC [42] LOG C-0x1: (nodb)/(nouser)@embedded\\n hello\n",
                        "UTC [42] LOG C-0x2: (nodb)/(nouser)@db.example.com:1 hello\n");
    }

    private static InetSocketAddress address(String host, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
