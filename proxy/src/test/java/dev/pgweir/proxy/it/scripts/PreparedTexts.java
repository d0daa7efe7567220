package dev.pgweir.proxy.it.scripts;

import java.util.Locale;
import java.util.Set;

/** PREPARE, EXECUTE, DEALLOCATE and DISCARD, of names that the protocol's Parse uses too. */
final class PreparedTexts {

    /** What {@link #name} means, as the protocol knows it. */
    static final Set<String> NAMES = Set.of("a", "b", "S_1", "s_1");

    private final Dice dice;
    private final PlainTexts plain;
    private final Set<Topic> topics;

    PreparedTexts(Dice dice, PlainTexts plain, Set<Topic> topics) {
        this.dice = dice;
        this.plain = plain;
        this.topics = topics;
    }

    String any() {
        int kind = dice.upTo(100);
        if (kind <= 35) {
            return prepare();
        }
        if (kind <= 75) {
            return execute();
        }
        return forget();
    }

    /** To be parsed now and executed later: what EXECUTE means may be decided at either time, so it is rare. */
    String forLater() {
        String sql = any();
        while (!topics.contains(Topic.RARE) && sql.toUpperCase(Locale.ROOT).contains("EXECUTE")) {
            sql = any();
        }
        return sql;
    }

    /** True if no statement is left behind it. */
    static boolean forgetsAll(String sql) {
        String upper = sql.toUpperCase(Locale.ROOT);
        return upper.contains(" ALL") && !upper.contains("EXECUTE");
    }

    private String prepare() {
        String name = name();
        return switch (dice.upTo(8)) {
            case 1 -> "PREPARE " + name + " (int) AS SELECT $1 + 1 AS sum";
            case 2 -> "PREPARE " + name + " (text, int) AS SELECT $1 AS a, $2 AS b";
            case 3 -> "prepare " + name + " as select $1::int * 2 as twice;";
            case 4 -> "/* hint */ PREPARE " + name + " AS SELECT $1 || 'x' AS joined";
            case 5 -> "PREPARE " + name + " AS " + plain.query();
            default -> "PREPARE " + name + " AS " + plain.withoutParameters();
        };
    }

    private String execute() {
        String name = name();
        String prefix = topics.contains(Topic.RARE) && dice.chance(15) ? "EXPLAIN (COSTS OFF) " : "";
        return prefix
                + dice.of(
                        "EXECUTE " + name,
                        "EXECUTE " + name + "(3)",
                        "execute " + name + " ( 1 + 1 ) ;",
                        "EXECUTE " + name + "('a', 2)",
                        "/* EXECUTE b */ EXECUTE " + name + "('4')",
                        "EXECUTE " + name);
    }

    private String forget() {
        String name = name();
        return switch (dice.upTo(9)) {
            case 1 -> "DEALLOCATE ALL";
            case 2 -> dice.of("deallocate prepare all", "DEALLOCATE ALL;", "-- all\nDEALLOCATE ALL");
            case 3 -> topics.contains(Topic.RESET) ? dice.of("DISCARD ALL", "discard all;") : "DISCARD PLANS";
            case 4 -> "DEALLOCATE PREPARE " + name;
            case 5 -> "deallocate " + name + " ;";
            default -> "DEALLOCATE " + name;
        };
    }

    /** As SQL spells them; S_1 without quotes is another name than the protocol's. */
    private String name() {
        return dice.of("a", "a", "b", "\"S_1\"", "\"S_1\"", "B", "S_1");
    }
}
