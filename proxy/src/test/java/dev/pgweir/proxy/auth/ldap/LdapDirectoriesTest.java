package dev.pgweir.proxy.auth.ldap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.hba.LdapOptions;
import dev.pgweir.proxy.auth.PasswordJudge;
import dev.pgweir.proxy.auth.PasswordJudge.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Who waits for a directory that does not answer. */
final class LdapDirectoriesTest {
    /** The four that are being asked for, and two hundred behind them. */
    private static final int ALL_PLACES = 204;

    @Test
    void clientsThatHaveLeftTakeNobodysPlace() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            PasswordJudge directory = new LdapDirectories()
                    .directory(LdapOptions.of(Map.of(
                            "ldapserver", "127.0.0.1",
                            "ldapport", String.valueOf(silent.getLocalPort()),
                            "ldapprefix", "cn=")));
            List<CompletableFuture<Verdict>> strangers = new ArrayList<>();
            for (int i = 0; i < ALL_PLACES; i++) {
                strangers.add(directory.judge("stranger", "a guess"));
            }
            assertThat(directory.judge("app", "pencil"))
                    .isCompletedWithValueMatching(full -> full.detail().contains("more than 200 logins wait"));

            strangers.forEach(stranger -> stranger.cancel(false));

            assertThat(directory.judge("app", "pencil")).isNotDone();
        }
    }
}
