package dev.pgweir.proxy.authquery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.message.backend.DataRow;
import dev.pgweir.proxy.auth.Credential;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the rows of auth_query mean. */
final class RowsTest {
    @Test
    void asterisksOfPgUserAreNobodysPassword() {
        assertThat(Rows.read("app", List.of(new DataRow(List.of("app", "********"))))
                        .credential())
                .isEqualTo(new Credential.None());
    }

    @Test
    void rowStandsForTheUserThatWasAskedForOnly() {
        assertThat(Rows.read("app", List.of(new DataRow(List.of("App", "secret")))))
                .isEqualTo(Rows.Finding.NOBODY);
    }
}
