package dev.pgweir.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** A script that checks one scenario by itself: named in its argument, on the database that its environment names. */
final class ScriptedClient {

    private final ClientProgram program;
    private final BothModes proxy;

    ScriptedClient(ClientProgram program, BothModes proxy) {
        this.program = program;
        this.proxy = proxy;
    }

    /** A test for each scenario in that mode. */
    Stream<DynamicTest> tests(String mode, List<String> scenarios) {
        return scenarios.stream()
                .map(scenario -> DynamicTest.dynamicTest(scenario + ", " + mode + " mode", () -> test(mode, scenario)));
    }

    private void test(String mode, String scenario) {
        ClientProgram.Run run = program.run(proxy.environment(mode), "", scenario);

        // Drivers may have warned of deprecated calls before it.
        assertThat(run.output()).endsWith("passed: " + scenario + "\n");
        assertThat(run.exitCode()).isZero();
        assertThat(proxy.mostServers(mode)).isBetween(1, BothModes.POOL_SIZE);
    }
}
