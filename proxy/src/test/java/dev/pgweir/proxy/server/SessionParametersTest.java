package dev.pgweir.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a server has other settings than its next client wants, and the query that changes them. */
final class SessionParametersTest {
    private static final String NUL_FREE_TEXT = "abc'\"\\\\'' $1;)(,E--/*é\n\t ";

    private final TrackedParameters tracked = new TrackedParameters(List.of("IntervalStyle"));
    private final SessionParameters client = new SessionParameters(tracked);
    private final SessionParameters server = new SessionParameters(tracked);

    @Test
    void suitsAClientThatWantsNothing() {
        server.reported("TimeZone", "UTC");

        assertThat(server.suits(client)).isTrue();
    }

    @Test
    void suitsAClientThatWantsWhatIsInForce() {
        server.reported("TimeZone", "UTC");
        server.reported("DateStyle", "ISO, MDY");
        client.request("timezone", "UTC");

        assertThat(server.suits(client)).isTrue();

        server.reported("timezone", "Asia/Tokyo");

        assertThat(server.suits(client)).isFalse();
    }

    @Test
    void asksForEachSettingThatDiffersAndNoOther() {
        server.reported("TimeZone", "UTC");
        server.reported("DateStyle", "ISO, MDY");
        server.reported("application_name", "psql");
        client.request("TIMEZONE", "Europe/Berlin");
        client.request("DateStyle", "ISO, MDY");
        client.request("application_name", "");
        client.request("IntervalStyle", "iso_8601");

        assertThat(server.suits(client)).isFalse();
        assertThat(server.queryToSuit(client))
                .isEqualTo("SELECT pg_catalog.set_config(E'TimeZone', E'Europe/Berlin', false),"
                        + " pg_catalog.set_config(E'application_name', E'', false),"
                        + " pg_catalog.set_config(E'IntervalStyle', E'iso_8601', false)");
    }

    @Test
    void keepsWhatNobodyReportsApartAndAsksForItToo() {
        client.request("search_path", "a, \"B c\"");
        client.request("work_mem", "1MB");

        assertThat(client.extraNames()).isNotEmpty();
        assertThat(client.get("SEARCH_PATH")).isEqualTo("a, \"B c\"");
        assertThat(server.suits(client)).isFalse();
        assertThat(server.queryToSuit(client))
                .isEqualTo("SELECT pg_catalog.set_config(E'search_path', E'a, \"B c\"', false),"
                        + " pg_catalog.set_config(E'work_mem', E'1MB', false)");
    }

    @Test
    void tellsWhoTheSessionIsLastAndTakesItBackFirst() {
        SessionParameters before = new SessionParameters(tracked);
        before.request("role", "app");
        server.nowSuit(before);
        client.request("role", "reader");
        client.request("session_authorization", "someone");
        client.request("temp_file_limit", "1GB");

        assertThat(server.queryToSuit(client))
                .isEqualTo("SELECT pg_catalog.set_config(E'role', NULL, false),"
                        + " pg_catalog.set_config(E'temp_file_limit', E'1GB', false),"
                        + " pg_catalog.set_config(E'session_authorization', E'someone', false),"
                        + " pg_catalog.set_config(E'role', E'reader', false)");
    }

    @Test
    void asksForMoreSettingsThanAResultMayHaveColumns() {
        for (int i = 0; i < 2500; i++) {
            client.request("app.s" + i, "1");
        }

        assertThat(server.queryToSuit(client).split("; "))
                .hasSize(3)
                .allSatisfy(one -> assertThat(one)
                        .startsWith("SELECT pg_catalog.set_config(")
                        .satisfies(it -> assertThat(it.split("set_config")).hasSizeLessThan(1664)));
    }

    @Test
    void takesBackWhatTheClientBeforeHadSetWithoutAReport() {
        client.request("search_path", "secret");
        client.request("work_mem", "1MB");
        server.nowSuit(client);

        assertThat(server.suits(client)).isTrue();

        SessionParameters plain = new SessionParameters(tracked);
        assertThat(server.suits(plain)).isFalse();
        assertThat(server.queryToSuit(plain))
                .isEqualTo("SELECT pg_catalog.set_config(E'search_path', NULL, false),"
                        + " pg_catalog.set_config(E'work_mem', NULL, false)");

        SessionParameters other = new SessionParameters(tracked);
        other.request("Work_Mem", "2MB");
        assertThat(server.queryToSuit(other))
                .isEqualTo("SELECT pg_catalog.set_config(E'search_path', NULL, false),"
                        + " pg_catalog.set_config(E'Work_Mem', E'2MB', false)");
        server.nowSuit(other);
        assertThat(server.suits(other)).isTrue();
        assertThat(server.suits(client)).isFalse();

        server.nowSuit(plain);
        assertThat(server.extraNames()).isEmpty();
        assertThat(server.suits(plain)).isTrue();
    }

    @Test
    void forgetsAtAResetWhatNobodyReports() {
        client.request("search_path", "a");
        server.reported("TimeZone", "UTC");
        server.nowSuit(client);

        server.forgetExtra();

        assertThat(server.extraNames()).isEmpty();
        assertThat(server.get("search_path")).isNull();
        assertThat(server.get("TimeZone")).isEqualTo("UTC");
        assertThat(server.suits(client)).isFalse();
    }

    @Test
    void doesNotShareWhatItTookOverFromAClient() {
        client.request("search_path", "a");
        server.nowSuit(client);

        client.request("search_path", "b");

        assertThat(server.get("search_path")).isEqualTo("a");
        assertThat(server.suits(client)).isFalse();
    }

    @Test
    void takesTheSpellingThatPostgreSqlReports() {
        server.reported("DateStyle", "ISO, MDY");
        client.request("DateStyle", "german");
        assertThat(server.suits(client)).isFalse();

        server.reported("DateStyle", "German, DMY");
        server.nowSuit(client);

        assertThat(client.get("DateStyle")).isEqualTo("German, DMY");
        assertThat(server.suits(client)).isTrue();
    }

    @Test
    void keepsWhatAClientDoesNotWantOutOfIt() {
        server.reported("TimeZone", "UTC");
        client.request("DateStyle", "ISO");
        server.reported("DateStyle", "ISO, MDY");

        server.nowSuit(client);

        assertThat(client.get("TimeZone")).isNull();
    }

    @Test
    void fillsInOnlyWhatHasNoValue() {
        SessionParameters defaults = new SessionParameters(tracked);
        defaults.reported("TimeZone", "UTC");
        defaults.reported("DateStyle", "ISO, MDY");
        defaults.request("search_path", "x");
        client.request("TimeZone", "Asia/Tokyo");
        client.request("work_mem", "1MB");

        client.fillFrom(defaults);

        assertThat(client.get("TimeZone")).isEqualTo("Asia/Tokyo");
        assertThat(client.get("DateStyle")).isEqualTo("ISO, MDY");
        assertThat(client.get("application_name")).isNull();
        assertThat(client.get("search_path")).isNull();
        assertThat(client.get("work_mem")).isEqualTo("1MB");
    }

    @Test
    void keepsApartWhatIsToBeFollowedButIsNotReported() {
        TrackedParameters hopeful = new TrackedParameters(List.of("search_path"));
        SessionParameters defaults = new SessionParameters(hopeful);
        defaults.reported("TimeZone", "UTC");
        SessionParameters shared = new SessionParameters(hopeful);
        shared.reported("TimeZone", "UTC");
        SessionParameters one = new SessionParameters(hopeful);
        one.request("Search_Path", "one");
        one.fillFrom(defaults);
        SessionParameters two = new SessionParameters(hopeful);
        two.request("search_path", "two");
        two.fillFrom(defaults);
        SessionParameters none = new SessionParameters(hopeful);
        none.fillFrom(defaults);

        for (SessionParameters next : List.of(one, two, one, none, two)) {
            assertThat(shared.suits(next)).isFalse();
            shared.nowSuit(next);
            assertThat(shared.suits(next)).isTrue();
        }
        assertThat(one.get("search_path")).isEqualTo("one");
        assertThat(one.extraNames()).as("PostgreSQL may refuse it").isNotEmpty();
        assertThat(none.get("search_path")).isNull();
        assertThat(shared.queryToSuit(none)).isEqualTo("SELECT pg_catalog.set_config(E'search_path', NULL, false)");
    }

    @Test
    void dropsReportsOfWhatIsNotFollowed() {
        server.reported("server_version", "17.4");
        server.reported("in_hot_standby", "on");

        assertThat(server.get("server_version")).isNull();
        assertThat(server.extraNames()).isEmpty();
        assertThat(server.suits(client)).isTrue();
    }

    @Test
    void spellsTheEncodingAClientAsksForAsPostgreSqlReportsIt() {
        server.reported("client_encoding", "UTF8");
        client.request("client_encoding", "utf-8");

        assertThat(server.suits(client)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "'",
                "''",
                "\\",
                "\\'",
                "'; DROP TABLE account; --",
                "\\'; DROP TABLE account; --",
                "\\\\'; DROP TABLE account; --",
                "', false), pg_catalog.pg_sleep(1000), pg_catalog.set_config('x', '",
                "$$ $tag$ -- /* */ \" %s ?",
                "line\nbreak\r\tü€😀",
                "\\x27 \\047 \\u0027",
                "E'",
            })
    void quotesAValueSoThatItStaysOne(String hostile) {
        client.request("application_name", hostile);
        client.request("search_path", hostile);

        assertThat(settingsIn(server.queryToSuit(client)))
                .containsExactly(
                        Map.entry("application_name", new Value(hostile)),
                        Map.entry("search_path", new Value(hostile)));
    }

    @Test
    void quotesANameSoThatItStaysOne() {
        client.request("a', 'b', false); DROP TABLE account; --", "1");

        assertThat(settingsIn(server.queryToSuit(client)))
                .containsExactly(Map.entry("a', 'b', false); DROP TABLE account; --", new Value("1")));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void bringsAnyServerToWhatAnyClientWants(long seed) {
        Random random = new Random(seed);
        List<String> names = List.of(
                "client_encoding",
                "DateStyle",
                "TimeZone",
                "application_name",
                "IntervalStyle",
                "search_path",
                "work_mem",
                "ext.setting");
        PretendedSession session = new PretendedSession();
        SessionParameters shared = new SessionParameters(tracked);
        for (int turn = 0; turn < 500; turn++) {
            SessionParameters wants = new SessionParameters(tracked);
            Map<String, String> asked = new TreeMap<>();
            for (String name : names) {
                if (random.nextInt(3) == 0) {
                    String value = text(random);
                    asked.put(name, value);
                    wants.request(name, value);
                }
            }
            if (!shared.suits(wants)) {
                settingsIn(shared.queryToSuit(wants)).forEach((name, value) -> {
                    session.set(name, value.text());
                    if (tracked.indexOf(name) >= 0) {
                        shared.reported(name, session.get(name));
                    }
                });
                shared.nowSuit(wants);
            }
            assertThat(shared.suits(wants)).isTrue();
            asked.forEach((name, value) -> assertThat(session.get(name)).isEqualTo(value));
            for (String name : names) {
                // What nobody reports is never what another client has left behind.
                if (tracked.indexOf(name) < 0 && !asked.containsKey(name)) {
                    assertThat(session.get(name)).isEqualTo("default");
                }
            }
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(NUL_FREE_TEXT.charAt(random.nextInt(NUL_FREE_TEXT.length())));
        }
        return text.toString();
    }

    /** What set_config would have done. */
    private static final class PretendedSession {
        private final Map<String, String> values = new TreeMap<>();

        void set(String name, @Nullable String value) {
            if (value == null) {
                values.remove(name);
            } else {
                values.put(name, value);
            }
        }

        String get(String name) {
            return values.getOrDefault(name, "default");
        }
    }

    @Test
    void halfADateStyleDoesNotMeetTheOtherHalfOfAnotherClient() {
        SessionParameters server = new SessionParameters(new TrackedParameters(List.of()));
        SessionParameters client = new SessionParameters(new TrackedParameters(List.of()));
        server.reported("DateStyle", "SQL, MDY");
        client.request("DateStyle", "YMD");

        assertThat(server.queryToSuit(client))
                .isEqualTo("SELECT pg_catalog.set_config(E'DateStyle', NULL, false),"
                        + " pg_catalog.set_config(E'DateStyle', E'YMD', false)");
    }

    /** A value in a query; null where the query says NULL. */
    private record Value(@Nullable String text) {}

    /**
     * Reads the query as PostgreSQL's scanner would ("String Constants With C-Style Escapes"); anything but a list of
     * set_config calls on constants fails.
     */
    private static Map<String, Value> settingsIn(String query) {
        Map<String, Value> settings = new LinkedHashMap<>();
        Reader reader = new Reader(query);
        reader.skip("SELECT ");
        do {
            reader.skip("pg_catalog.set_config(");
            String name = reader.constant();
            reader.skip(", ");
            String value = null;
            if (reader.at("NULL")) {
                reader.skip("NULL");
            } else {
                value = reader.constant();
            }
            reader.skip(", false)");
            Value before = settings.put(name, new Value(value));
            // Only a half date style is set in two steps, the first of which is the default.
            assertThat(before == null || (name.equals("DateStyle") && before.text() == null))
                    .isTrue();
        } while (reader.skipIfAt(", "));
        reader.end();
        return settings;
    }

    private static final class Reader {
        private final String text;
        private int position;

        Reader(String text) {
            this.text = text;
        }

        boolean at(String expected) {
            return text.startsWith(expected, position);
        }

        boolean skipIfAt(String expected) {
            boolean there = at(expected);
            if (there) {
                skip(expected);
            }
            return there;
        }

        void skip(String expected) {
            assertThat(text.substring(position)).startsWith(expected);
            position += expected.length();
        }

        void end() {
            assertThat(text.substring(position)).isEmpty();
        }

        String constant() {
            String encoded = "pg_catalog.convert_from(pg_catalog.decode('";
            if (skipIfAt(encoded)) {
                int end = text.indexOf('\'', position);
                byte[] bytes = HexFormat.of().parseHex(text.substring(position, end));
                position = end;
                skip("', 'hex'), 'UTF8')");
                return new String(bytes, StandardCharsets.UTF_8);
            }
            skip("E'");
            StringBuilder value = new StringBuilder();
            while (true) {
                char c = text.charAt(position++);
                assertThat(c).isLessThan('\u0080');
                if (c == '\\') {
                    char escaped = text.charAt(position++);
                    assertThat(escaped).isIn('\\', '\'');
                    value.append(escaped);
                } else if (c != '\'') {
                    value.append(c);
                } else if (position < text.length() && text.charAt(position) == '\'') {
                    position++;
                    value.append('\'');
                } else {
                    return value.toString();
                }
            }
        }
    }
}
