package dev.pgweir.proxy.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** From the class path, as no jar is built yet when this runs. */
final class PgWeirProcessTest {

    @Test
    void runsTheProgramToItsEnd() {
        try (PgWeirProcess process =
                PgWeirProcess.builder().argument("--version").run()) {
            assertThat(process.awaitExit()).isZero();
            assertThat(process.lines()).hasSize(1).first().asString().startsWith("PgWeir ");
        }
    }

    @Test
    void startsItAndStopsIt() {
        try (PgWeirProcess process = PgWeirProcess.builder().config("""
                        [databases."*"]
                        host = "127.0.0.1"
                        [pgweir]
                        auth_type = "trust"
                        listen_port = ${port}
                        """).start()) {
            process.awaitLine(" listening on 127.0.0.1:" + process.port());
            process.signal("TERM");
            assertThat(process.awaitExit()).isZero();
        }
    }

    @Test
    void showsWhatItWroteIfItDoesNotStart() {
        assertThatThrownBy(() -> PgWeirProcess.builder()
                        .config("[pgweir]\nno_such = 1\n")
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ended at its start")
                .hasMessageContaining("no_such");
    }
}
