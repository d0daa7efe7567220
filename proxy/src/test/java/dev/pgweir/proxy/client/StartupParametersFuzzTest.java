package dev.pgweir.proxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pgweir.protocol.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Any names, values and options of a startup packet: sorted or refused; a name that is taken can stand in a query. */
final class StartupParametersFuzzTest {

    /** Names and values in turn, with zero bytes between. */
    @FuzzTest(maxDuration = "10m")
    void sortsOrRefuses(byte[] data) {
        String[] words = new String(data, StandardCharsets.UTF_8).split("\0", -1);
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i + 1 < words.length; i += 2) {
            parameters.put(words[i], words[i + 1]);
        }
        try {
            StartupParameters sorted = StartupParameters.of(parameters, List.of("extra_float_digits"));
            assertThat(sorted.settings().keySet()).allMatch(name -> name.matches("[A-Za-z_][A-Za-z0-9_.$]*"));
            assertThat(sorted.unknownOptions()).allMatch(name -> name.startsWith("_pq_."));
        } catch (ProtocolException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
