package dev.pgweir.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which parameters follow a client, and under which name. */
final class TrackedParametersTest {
    @Test
    void followsWhatPgBouncerFollowsAndTheExtraOnesBehind() {
        TrackedParameters tracked = new TrackedParameters(List.of("IntervalStyle", "search_path"));

        assertThat(IntStream.range(0, tracked.size()).mapToObj(tracked::name))
                .containsExactly(
                        "client_encoding",
                        "DateStyle",
                        "TimeZone",
                        "standard_conforming_strings",
                        "application_name",
                        "IntervalStyle",
                        "search_path");
    }

    @Test
    void followsEachNameOnce() {
        TrackedParameters tracked =
                new TrackedParameters(List.of("timezone", "IntervalStyle", "INTERVALSTYLE", "Application_Name"));

        assertThat(tracked.size()).isEqualTo(6);
        assertThat(tracked.name(5)).isEqualTo("IntervalStyle");
    }

    @Test
    void findsANameInWhateverCase() {
        TrackedParameters tracked = new TrackedParameters(List.of());

        assertThat(tracked.indexOf("CLIENT_ENCODING")).isZero();
        assertThat(tracked.indexOf("timezone")).isEqualTo(2);
        assertThat(tracked.indexOf("application_name")).isEqualTo(4);
        assertThat(tracked.indexOf("IntervalStyle")).isEqualTo(-1);
        assertThat(tracked.indexOf("TimeZone ")).isEqualTo(-1);
        assertThat(tracked.indexOf("")).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "client_encoding, utf8, UTF8",
        "client_encoding, UTF-8, UTF8",
        "client_encoding, 'Utf_8', UTF8",
        "client_encoding, unicode, UTF8",
        "client_encoding, LATIN1, LATIN1",
        "client_encoding, utf16, utf16",
        "client_encoding, '', ''",
        "application_name, utf-8, utf-8",
    })
    void spellsAnEncodingAsPostgreSqlReportsIt(String name, String asked, String reported) {
        assertThat(TrackedParameters.canonical(name, asked)).isEqualTo(reported);
    }
}
