package dev.pgweir.proxy.it.drivers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.proxy.it.ClientProgram;
import dev.pgweir.proxy.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Runs one driver's program: eight clients in one process, and {@code passed: VARIANT} at its end. */
final class DriverProgram {

    private DriverProgram() {}

    /**
     * A test for each variant of that program, all on one PgWeir that ends with the stream; none if the program is not
     * there.
     */
    static Stream<DynamicTest> tests(Optional<ClientProgram> program, TestDatabase database, List<String> variants) {
        if (program.isEmpty()) {
            return Stream.empty();
        }
        TwoServers servers = TwoServers.start(database);
        return variants.stream()
                .map(variant -> DynamicTest.dynamicTest(variant, () -> check(program.get(), servers, variant)))
                .onClose(servers::close);
    }

    private static void check(ClientProgram program, TwoServers servers, String variant) {
        ClientProgram.Run run = program.run(Map.of("DATABASE_URL", servers.url()), "", variant);

        assertThat(run.output()).endsWith("passed: " + variant + "\n");
        assertThat(run.exitCode()).isZero();
        assertThat(servers.most()).isEqualTo(TwoServers.COUNT);
    }
}
