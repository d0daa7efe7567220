package dev.pgweir.proxy.it;

import static dev.pgweir.proxy.testing.WireBytes.cancelRequest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.testing.RealPostgres;
import dev.pgweir.proxy.testing.TestDatabase;
import dev.pgweir.proxy.testing.WireClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Cancel requests with made-up keys of a peer that does not answer. */
@ExtendWith(RealPostgres.class)
final class PeerFloodIT {
    /** PeerForwarder lets so many wait. */
    private static final int MOST_WAITING = 1_000;

    private static final int PEER = 2 << 16;

    @Test
    void noMoreWaitThanABoundAllowsThoughTheirSendersHaveLeft(TestDatabase database) throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Fronted weir = Fronted.start(
                        database,
                        "peer_id = 1",
                        "cancel_wait_timeout = 0",
                        "admin_users = \"" + database.user() + "\"",
                        """
                        [peers.2]
                        host = "127.0.0.1"
                        port = %d
                        pool_size = 1
                        """.formatted(silent.getLocalPort()))) {
            for (int i = 0; i < MOST_WAITING + 2; i++) {
                try (WireClient stranger = weir.connect()) {
                    stranger.send(cancelRequest(PEER, new byte[] {1, 2, 3, 3}));
                }
            }
            weir.process().awaitLine("for peer 2 was dropped: 1000 wait for it already");
            try (WireClient console = weir.connect().login(database.user(), "pgbouncer", database.password())) {
                assertThat(console.rows("SHOW PEER_POOLS"))
                        .singleElement()
                        // One has the peer's only place.
                        .satisfies(row -> assertThat(row).startsWith("2", "1", String.valueOf(MOST_WAITING)));
            }
        }
    }
}
