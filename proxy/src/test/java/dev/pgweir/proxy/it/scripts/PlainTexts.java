package dev.pgweir.proxy.it.scripts;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Statements that read and write, and statements that fail, each at another moment. */
final class PlainTexts {

    private static final List<String> NUMBERS = List.of("0", "1", "3", "7");
    private static final List<String> WORDS = List.of("a", "it's", "", "DEALLOCATE ALL");
    /** Some are no numbers. */
    private static final List<String> MIXED = List.of("1", "x", "5");

    private static final int INT4 = 23;
    private static final int INT8 = 20;
    private static final int TEXT = 25;

    private final Dice dice;
    private final int client;
    private final List<String> failing;
    private final List<String> reading;

    PlainTexts(Dice dice, int client, Set<Topic> topics) {
        this.dice = dice;
        this.client = client;
        this.failing = List.of(
                "SELEC 1",
                "SELECT * FROM nowhere",
                "SELECT nothing FROM place",
                // Rows first, then the error. A constant would be folded in Bind or in Execute, as the plan cache
                // likes.
                "SELECT 6 / (3 - g) AS q FROM generate_series(1, 5) AS g",
                "INSERT INTO public.unique_later VALUES (" + client + ") RETURNING n",
                "SELECT 1; SELECT 2");
        this.reading = new ArrayList<>(List.of(
                "SELECT 1 AS one",
                "SELECT 'fixed'::text AS what, NULL::int AS nothing",
                "SELECT g FROM generate_series(1, 7) AS g",
                "SELECT n FROM public.counters WHERE client = " + client,
                "",
                "-- DEALLOCATE ALL",
                "SELECT 'DISCARD ALL' AS lookalike",
                "/* SET search_path = one */ SELECT 2 AS two",
                "VALUES (1, 'x'), (2, 'PREPARE a AS SELECT 1')",
                "SELECT label FROM place ORDER BY label",
                "SELECT * FROM place ORDER BY label"));
        if (topics.contains(Topic.RARE)) {
            // The setting counts when the text is parsed, so that whoever shares the statement shares the date.
            reading.add("SELECT '1/2/2020'::date - '2020-01-01'::date AS days");
            reading.add("SELECT label FROM only_in_one");
        }
    }

    /** For the extended protocol. */
    Sql statement() {
        int kind = dice.upTo(100);
        if (kind <= 8) {
            return Sql.of(dice.of(failing));
        }
        if (kind <= 45) {
            return Sql.of(withoutParameters());
        }
        return dice.chance(75) ? oneParameter() : twoParameters();
    }

    /** For the simple protocol. */
    String query() {
        return dice.chance(12) ? dice.of(failing) : withoutParameters();
    }

    /** Does not fail. */
    String withoutParameters() {
        return dice.chance(25)
                ? "UPDATE public.counters SET n = n + 1 WHERE client = " + client + " RETURNING n"
                : dice.of(reading);
    }

    private Sql oneParameter() {
        return switch (dice.upTo(7)) {
            case 1 -> new Sql("SELECT $1::int + 1 AS sum", types(INT4), List.of(NUMBERS));
            case 2 -> new Sql("SELECT $1 AS given", types(dice.of(INT4, TEXT, INT8)), List.of(MIXED));
            case 3 -> new Sql("SELECT pg_typeof($1)::text AS type", types(dice.of(INT4, TEXT)), List.of(NUMBERS));
            case 4 -> new Sql("SELECT g FROM generate_series(1, $1::int) AS g", types(INT4), List.of(NUMBERS));
            case 5 ->
                new Sql(
                        "SELECT 10 / ($1::int - g) AS q FROM generate_series(1, 3) AS g",
                        types(INT4),
                        List.of(NUMBERS));
            case 6 ->
                new Sql(
                        "UPDATE public.counters SET n = n + $1 WHERE client = " + client + " RETURNING n",
                        types(INT4),
                        List.of(NUMBERS));
            default -> new Sql("SELECT label FROM place WHERE label <> $1", types(TEXT), List.of(WORDS));
        };
    }

    private Sql twoParameters() {
        return switch (dice.upTo(3)) {
            case 1 -> new Sql("SELECT $1::text || $2::text AS joined", types(TEXT, TEXT), List.of(WORDS, WORDS));
            case 2 -> new Sql("SELECT $1 + $2 AS sum", types(INT4, dice.of(INT4, INT8)), List.of(NUMBERS, NUMBERS));
            default -> new Sql("SELECT $2::int AS b, $1::text AS a", types(TEXT, INT4), List.of(WORDS, MIXED));
        };
    }

    /** All given, none, only the first ones, or the first left open. */
    private List<Integer> types(Integer... all) {
        return switch (dice.upTo(5)) {
            case 1, 2 -> List.of();
            case 3 -> List.of(all).subList(0, dice.upTo(all.length));
            case 4 -> all.length == 1 ? List.of(0) : List.of(0, all[1]);
            default -> List.of(all);
        };
    }
}
