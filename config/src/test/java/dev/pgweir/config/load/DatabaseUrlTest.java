package dev.pgweir.config.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgweir.config.value.Secret;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DatabaseUrlTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "postgresql://u:p@h:1234/d, u, p, h, 1234, d",
                "postgres://u:p@h/d, u, p, h, 5432, d",
                "POSTGRESQL://u@h/d, u, -, h, 5432, d",
                "postgresql://h, -, -, h, 5432, -",
                "postgresql://h:/, -, -, h, 5432, -",
                "postgresql:///d, -, -, localhost, 5432, d",
                "postgresql://, -, -, localhost, 5432, -",
                "postgresql://u:@h, u, '', h, 5432, -",
                "postgresql://u:a:b@h, u, a:b, h, 5432, -",
                "postgresql://u:a@b@h, u, a@b, h, 5432, -",
                "postgresql://[::1]:5433/d, -, -, ::1, 5433, d",
                "postgresql://u:p@[fe80::1%25eth0]/d, u, p, fe80::1%25eth0, 5432, d",
                "postgresql://us%40er:p%2Fw%3A%25@h/d%20b, us@er, p/w:%, h, 5432, d b",
                "postgresql://u:%C3%A4@h/d, u, ä, h, 5432, d",
                "postgresql://u:a+b@h/d, u, a+b, h, 5432, d",
                "postgresql:///d?host=h&port=99&user=u&password=p, u, p, h, 99, d",
                "postgresql://h/a?dbname=d, -, -, h, 5432, d",
                "'postgresql://u:p@h1,h2/d', u, p, 'h1,h2', 5432, d",
                "'postgresql://u:a,b@h1:99,[::1]:99,h3:99/d', u, 'a,b', 'h1,::1,h3', 99, d",
                "'postgresql://h1:5432,h2', -, -, 'h1,h2', 5432, -",
                "'postgresql://h1,', -, -, 'h1,localhost', 5432, -",
                "'postgresql:///d?host=h1,h2&port=99', -, -, 'h1,h2', 99, d",
                "'postgresql://h1,h2/d?port=99,99', -, -, 'h1,h2', 99, d"
            })
    void readsTheParts(String url, String user, String password, String host, int port, String dbname) {
        DatabaseUrl parsed = DatabaseUrl.parse(url);

        assertThat(parsed.user()).isEqualTo(user);
        assertThat(parsed.password()).isEqualTo(password == null ? null : Secret.of(password));
        assertThat(parsed.host()).isEqualTo(host);
        assertThat(parsed.port()).isEqualTo(port);
        assertThat(parsed.dbname()).isEqualTo(dbname);
        assertThat(parsed.parameters()).isEmpty();
    }

    @Test
    void commaInAPasswordIsNoListOfHosts() {
        assertThat(DatabaseUrl.parse("postgresql://u:a,b@h").password()).isEqualTo(Secret.of("a,b"));
    }

    @Test
    void readsParametersInTheirOrder() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://h/d?b=1&a=x%26y&&flag&options=-c%20x%3D1&b=2");

        assertThat(url.parameters())
                .containsExactly(
                        Map.entry("b", "2"),
                        Map.entry("a", "x&y"),
                        Map.entry("flag", ""),
                        Map.entry("options", "-c x=1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hunter2",
                "mysql://u:hunter2@h/d",
                "jdbc:postgresql://h/d?password=hunter2",
                "postgresql://u:hunter2@h1,h2:5433/d",
                "postgresql://u:hunter2@h1,h2,h3/d?port=1,2",
                "postgresql://u:hunter2@h1/d?port=1,1",
                "postgresql://u:hunter2@h1:1,h2:2/d",
                "postgresql://u:hunter2@h:port/d",
                "postgresql://u:hunter2@h:0/d",
                "postgresql://u:hunter2@h:65536/d",
                "postgresql://u:hunter2@h:99999999999999999999/d",
                "postgresql://u:hunter2@h/d/e",
                "postgresql://u:hunter2#x@h/d",
                "postgresql://u:12/hunter2@h/d",
                "postgresql://u:12?hunter2@h/d",
                "postgresql://u:12/hunter2/x@h/d",
                "postgresql://u:hunter2/x@h/d",
                "postgresql://u:hunter2%@h/d",
                "postgresql://u:hunter2%4@h/d",
                "postgresql://u:hunter2%zz@h/d",
                "postgresql://u:hunter2%ff@h/d",
                "postgresql://u:hunter2@[::1/d",
                "postgresql://u:hunter2@[::1]x/d",
                "postgresql://u:p@h/d?x@hunter2=1"
            })
    void refusesWithoutShowingAnyPartOfThePassword(String url) {
        assertThatThrownBy(() -> DatabaseUrl.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("hunter2")
                .message()
                .containsAnyOf("accepted", "written");
    }

    @Test
    void passwordIsNotInTheText() {
        assertThat(DatabaseUrl.parse("postgresql://u:hunter2@h/d?token=hunter2&password=hunter2"))
                .asString()
                .doesNotContain("hunter2");
    }
}
