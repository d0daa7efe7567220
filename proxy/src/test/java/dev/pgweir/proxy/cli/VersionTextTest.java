package dev.pgweir.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VersionTextTest {

    @Test
    void takesTheNumberThatTheBuildHasWritten() throws IOException {
        assertThat(numberIn("version=1.2.3\n")).isEqualTo("1.2.3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "version=", "version=${project.version}", "other=1"})
    void saysSoWhereTheBuildHasWrittenNone(String text) throws IOException {
        assertThat(numberIn(text)).isEqualTo("(unknown version)");
    }

    private static String numberIn(String text) throws IOException {
        return VersionText.numberIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
    }
}
