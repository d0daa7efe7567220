package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.config.value.Secret;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AuthFileReaderTest {

    private final Problems problems = new Problems();

    @Test
    void readsEveryKindOfLine() {
        Map<String, Secret> secrets = read("""
                ; a comment
                # another

                "plain" "pass word"
                \t "md5" \t "md5e5c3a9f62db9bc5c0d09a6fd7bdd1a0b" and the rest is ignored
                "scram" "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy"
                "quo""te" "a""b"
                "empty" ""
                "joined""also" "x"
                """);

        assertThat(problems.sorted()).isEmpty();
        assertThat(secrets)
                .containsOnly(
                        Map.entry("plain", Secret.of("pass word")),
                        Map.entry("md5", Secret.of("md5e5c3a9f62db9bc5c0d09a6fd7bdd1a0b")),
                        Map.entry("scram", Secret.of("SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy")),
                        Map.entry("quo\"te", Secret.of("a\"b")),
                        Map.entry("empty", Secret.of("")),
                        Map.entry("joined\"also", Secret.of("x")));
    }

    @Test
    void takesEveryKindOfLineEnding() {
        assertThat(read("\"a\" \"1\"\r\n\"b\" \"2\"\r\"c\" \"3\"")).containsOnlyKeys("a", "b", "c");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            delimiter = '|',
            value = {
                "user \"hunter2\" | users.txt:2:1: the user does not begin with a double quote",
                "\"user hunter2 | users.txt:2:1: the user has no double quote at its end",
                "\"user\" hunter2 | users.txt:2:8: the secret does not begin with a double quote",
                "\"user\" | users.txt:2:7: the secret does not begin with a double quote",
                "\"user\" \"hunter2 | users.txt:2:8: the secret has no double quote at its end",
                "\"user\" \"hunter2\"\" | users.txt:2:8: the secret has no double quote at its end",
                "\"\" \"hunter2\" | users.txt:2:1: the user is empty"
            })
    void saysWhereALineIsWrongWithoutQuotingIt(String line, String message) {
        Map<String, Secret> secrets = read("\"ok\" \"x\"\n" + line + "\n\"also\" \"y\"\n");

        assertThat(Loading.texts(problems.sorted())).containsExactly(message + ", accepted: \"user\" \"secret\"");
        assertThat(secrets).containsOnlyKeys("ok", "also");
    }

    @Test
    void zeroByteCannotBeSent() {
        read("\"us\0er\" \"x\"\n");

        assertThat(Loading.texts(problems.sorted()))
                .containsExactly("users.txt:1:4: the user contains a zero byte, accepted: \"user\" \"secret\"");
    }

    @Test
    void lastLineOfAUserCounts() {
        assertThat(read("\"a\" \"1\"\n\"a\" \"2\"\n")).containsExactly(Map.entry("a", Secret.of("2")));
        assertThat(Loading.texts(problems.sorted()))
                .containsExactly("users.txt:2:1: the user stands on line 1 already; this line counts");
        assertThat(problems.hasErrors()).isFalse();
    }

    private Map<String, Secret> read(String text) {
        return AuthFileReader.read("users.txt", text, problems);
    }
}
