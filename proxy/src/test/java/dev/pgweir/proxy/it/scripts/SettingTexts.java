package dev.pgweir.proxy.it.scripts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Statements that change settings and that show them. */
final class SettingTexts {

    /** Settings that PostgreSQL reports, with values that all clients draw from. */
    private static final Map<String, List<String>> REPORTED = Map.of(
            "application_name", List.of("one", "it's two", ""),
            "DateStyle", List.of("ISO, DMY", "German", "SQL, MDY", "YMD"),
            "TimeZone", List.of("Asia/Tokyo", "America/New_York", "UTC"));

    /** Each search_path leads to a table {@code place} of the same shape, so that no result type changes. */
    private static final Map<String, List<String>> UNREPORTED = Map.of(
            "search_path", List.of("one", "two", "two, one", "public, two"),
            "statement_timeout", List.of("61s", "62000", "1h"),
            "extra_float_digits", List.of("0", "-3", "2"),
            "app.tenant", List.of("red", "blue"));

    private final Dice dice;
    private final Set<Topic> topics;
    private final List<String> names = new ArrayList<>();

    SettingTexts(Dice dice, Set<Topic> topics) {
        this.dice = dice;
        this.topics = topics;
        if (topics.contains(Topic.REPORTED_SETTINGS)) {
            names.addAll(List.of("application_name", "DateStyle", "TimeZone"));
        }
        if (topics.contains(Topic.UNREPORTED_SETTINGS)) {
            names.addAll(
                    List.of("search_path", "search_path", "statement_timeout", "extra_float_digits", "app.tenant"));
        }
    }

    boolean isEmpty() {
        return names.isEmpty();
    }

    /** Names and values for a startup packet. */
    List<String> startup() {
        List<String> parameters = new ArrayList<>();
        for (String name : names.stream().distinct().toList()) {
            // What is not known before login, PostgreSQL takes at login only from those who may set everything.
            if (dice.chance(40) && !name.equals("app.tenant")) {
                parameters.add(name);
                parameters.add(dice.of(values(name)));
            }
        }
        return parameters;
    }

    /** Changes one. */
    String change() {
        String name = dice.of(names);
        if (topics.contains(Topic.RESET) && dice.chance(25)) {
            // By its name it cannot be reset on a server that has never known it.
            return name.equals("app.tenant")
                    ? dice.of("RESET ALL", "DISCARD ALL")
                    : dice.of(
                            "RESET " + name,
                            "SET " + name + " TO DEFAULT",
                            "reset " + name + ";",
                            "RESET ALL",
                            "DISCARD ALL");
        }
        String value = dice.of(values(name));
        String literal = name.equals("search_path") ? value : quoted(value);
        return switch (dice.upTo(10)) {
            case 1 -> "SET LOCAL " + name + " = " + literal;
            case 2 -> "set session " + name + " to " + literal + ";";
            case 3 -> "/* it's a /* nested */ comment; */ SET " + name + " = " + literal;
            case 4 -> "-- with a comment\n  SET " + name + " TO " + literal;
            case 5, 6 -> "SELECT set_config('" + name + "', " + quoted(value) + ", " + dice.of("false", "true") + ")";
            case 7 -> "select pg_catalog.set_config('" + name + "', " + quoted(value) + ", false) AS \"set\"";
            case 8 ->
                switch (name) {
                    case "search_path" -> "SET SCHEMA 'two'";
                    case "TimeZone" -> "SET TIME ZONE " + literal;
                    case "application_name" -> "SET application_name = 'bad' 'syntax'";
                    case "statement_timeout" -> "SET statement_timeout = 'soon'";
                    default -> "SET " + name + " = " + literal;
                };
            default -> "SET " + name + " = " + literal;
        };
    }

    /**
     * Changes one by parameters. Not the name of a custom one, which PostgreSQL does not list: nobody can tell what was
     * changed then.
     */
    Sql changeByParameters() {
        String name = dice.of(names);
        return dice.chance(50) && !name.contains(".")
                ? new Sql("SELECT set_config($1, $2, false)", List.of(), List.of(List.of(name), values(name)))
                : new Sql(
                        "SELECT set_config('" + name + "', $1, $2)",
                        List.of(),
                        List.of(values(name), List.of("f", "t")));
    }

    /** Shows one or several. */
    String show() {
        return switch (dice.of(names)) {
            case "search_path" ->
                dice.of("SHOW search_path", "SELECT label FROM place", "SELECT current_schemas(false)");
            case "statement_timeout" ->
                dice.of("SHOW statement_timeout", "SELECT current_setting('statement_timeout')");
            case "extra_float_digits" -> "SELECT 0.1::float8 + 0.2::float8 AS digits";
            // A server that has once known it says '' where another says nothing.
            case "app.tenant" -> "SELECT coalesce(nullif(current_setting('app.tenant', true), ''), 'none') AS tenant";
            case "application_name" ->
                dice.of("SHOW application_name", "SELECT current_setting('application_name') AS name");
            case "DateStyle" -> dice.of("SHOW DateStyle", "SELECT make_date(2020, 2, 1) AS day");
            default -> dice.of("SHOW TimeZone", "SELECT to_timestamp(0) AS start");
        };
    }

    private List<String> values(String name) {
        List<String> reported = REPORTED.get(name);
        return reported == null ? UNREPORTED.getOrDefault(name, List.of()) : reported;
    }

    private static String quoted(String value) {
        return "'" + value.replace("'", "''") + "'";
    }
}
