package dev.pgweir.proxy.it.scripts;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Draws the script of one client. It guesses what will be there, so that much works and some does not. */
final class ScriptGenerator {

    /** Enough to come back to most statements with another server in between. */
    private static final int TURNS = 30;

    private final Dice dice;
    private final Set<Topic> topics;
    private final PlainTexts plain;
    private final SettingTexts settings;
    private final PreparedTexts prepared;
    private final Map<String, Sql> parsed = new HashMap<>();
    private boolean inTransaction;
    private boolean synced = true;

    /**
     * @param seed other scripts for another one
     * @param client from 0
     */
    ScriptGenerator(long seed, int client, Set<Topic> topics) {
        this.dice = new Dice(seed * 31 + client);
        this.topics = topics.isEmpty() ? EnumSet.noneOf(Topic.class) : EnumSet.copyOf(topics);
        if (!topics.contains(Topic.RESET_TO_STARTUP)) {
            this.topics.remove(dice.of(Topic.RESET, Topic.STARTUP));
        }
        this.plain = new PlainTexts(dice, client, this.topics);
        this.settings = new SettingTexts(dice, this.topics);
        this.prepared = new PreparedTexts(dice, plain, this.topics);
    }

    Script generate() {
        List<String> startup = topics.contains(Topic.STARTUP) && dice.chance(70) ? settings.startup() : List.of();
        List<Turn> turns = new ArrayList<>();
        while (turns.size() < TURNS) {
            turns.add(turn());
        }
        return new Script(startup, turns);
    }

    private Turn turn() {
        List<Step> steps = new ArrayList<>();
        if (dice.chance(35)) {
            if (!synced && !topics.contains(Topic.UNSYNCED_QUERY)) {
                steps.add(Step.sync());
            }
            steps.add(Step.query(query()));
            if (dice.chance(15)) {
                steps.add(Step.query(query()));
            }
        } else {
            int groups = dice.of(1, 1, 2, 3);
            if (inTransaction && dice.chance(20)) {
                // It has failed more often than not.
                run(steps, "", Sql.of(transactionEnd()));
                steps.add(Step.sync());
            }
            for (int i = 1; i <= groups; i++) {
                group(steps);
                if (i < groups || !topics.contains(Topic.FLUSH) || dice.chance(75)) {
                    steps.add(Step.sync());
                } else if (dice.chance(70)) {
                    steps.add(Step.flush());
                }
            }
        }
        if (!steps.isEmpty()) {
            synced = !steps.get(steps.size() - 1).kind().isExtended();
        }
        return new Turn(steps, dice.chance(20));
    }

    private void group(List<Step> steps) {
        int phrases = dice.of(0, 1, 1, 1, 1, 2, 2, 3);
        for (int i = 0; i < phrases; i++) {
            int kind = dice.upTo(100);
            if (kind <= 45) {
                run(steps, statementName());
            } else if (kind <= 80) {
                later(steps);
            } else if (kind <= 88) {
                String name = statementName();
                parse(steps, name, statement(name));
            } else if (kind <= 98 || !topics.contains(Topic.UNSYNCED_QUERY)) {
                steps.add(odd());
            } else {
                // Goes with what came before it, as far as that has not failed.
                steps.add(Step.query(query()));
            }
        }
    }

    /** As drivers do. */
    private void run(List<Step> steps, String name) {
        run(steps, name, statement(name));
    }

    private void run(List<Step> steps, String name, Sql sql) {
        parse(steps, name, sql);
        if (dice.chance(40)) {
            steps.add(Step.describeStatement(name));
        }
        bindAndExecute(steps, name);
        if (!name.isEmpty() && dice.chance(10)) {
            steps.add(Step.closeStatement(name));
        }
    }

    /** With what was parsed before, if it was. */
    private void later(List<Step> steps) {
        String name = statementName();
        if (!mayComeLater(name)) {
            return;
        }
        if (!parsed.containsKey(name) && dice.chance(85)) {
            run(steps, name);
            return;
        }
        if (dice.chance(20)) {
            steps.add(Step.describeStatement(name));
        }
        if (dice.chance(90)) {
            bindAndExecute(steps, name);
        }
    }

    private void bindAndExecute(List<Step> steps, String name) {
        String portal = dice.of("", "", "", "p", "q");
        steps.add(Step.bind(portal, name, values(parsed.get(name)), dice.chance(10)));
        if (dice.chance(50)) {
            steps.add(Step.describePortal(portal));
        }
        if (dice.chance(6) && topics.contains(Topic.FLUSH)) {
            steps.add(Step.flush());
        }
        int limit = dice.of(0, 0, 0, 2, 5);
        steps.add(Step.execute(portal, limit));
        if (limit > 0 && dice.chance(60)) {
            steps.add(Step.execute(portal, limit));
        }
        if (dice.chance(15)) {
            steps.add(Step.closePortal(portal));
        }
    }

    private void parse(List<Step> steps, String name, Sql sql) {
        boolean known = parsed.containsKey(name);
        if (!name.isEmpty() && dice.chance(known ? 80 : 10)) {
            steps.add(Step.closeStatement(name));
        }
        steps.add(Step.parse(name, sql.text(), sql.types()));
        parsed.put(name, sql);
    }

    private Step odd() {
        String portal = dice.of("p", "q");
        String name = statementName();
        int kind = dice.upTo(mayComeLater(name) ? 6 : 3);
        return switch (kind) {
            case 1 -> Step.describePortal(portal);
            case 2 -> Step.closePortal(portal);
            case 3 -> Step.execute(portal, dice.of(0, 1));
            case 4 -> Step.describeStatement(name);
            default -> {
                parsed.remove(name);
                yield Step.closeStatement(name);
            }
        };
    }

    private List<@Nullable String> values(@Nullable Sql sql) {
        List<@Nullable String> values = new ArrayList<>();
        if (sql != null) {
            // For a setting, NULL resets it: to what the server has, as nothing but its value tells that from another
            // SET.
            boolean resets = topics.contains(Topic.RESET)
                    && (topics.contains(Topic.RARE) || !topics.contains(Topic.RESET_TO_STARTUP));
            boolean mayBeNull = resets || !sql.text().contains("set_config");
            for (List<String> choices : sql.values()) {
                values.add(mayBeNull && dice.chance(8) ? null : dice.of(choices));
            }
        }
        if (dice.chance(4)) {
            values.add("1");
        }
        return values;
    }

    private String statementName() {
        return topics.contains(Topic.NAMED) && dice.chance(60) ? dice.of("a", "a", "b", "S_1", "own") : "";
    }

    /** True if it may be used without a Parse right before. */
    private boolean mayComeLater(String name) {
        return !name.isEmpty() || topics.contains(Topic.UNNAMED_LATER);
    }

    private Sql statement(String name) {
        // A statement that ends transactions crashes PostgreSQL (17.11) when SQL's EXECUTE names it.
        if (!PreparedTexts.NAMES.contains(name) && dice.chance(transactionChance())) {
            return Sql.of(transaction());
        }
        if (topics.contains(Topic.EXTENDED_SETTINGS) && !settings.isEmpty() && dice.chance(22)) {
            return dice.chance(25)
                    ? settings.changeByParameters()
                    : Sql.of(dice.chance(50) ? settings.show() : settings.change());
        }
        // What EXECUTE gives is described as it was when it was parsed, which is a rare thing to rely on for long.
        boolean brief = name.isEmpty() || topics.contains(Topic.RARE);
        if (topics.contains(Topic.SQL_PREPARE_EXTENDED) && brief && dice.chance(15)) {
            return Sql.of(prepared.forLater());
        }
        return plain.statement();
    }

    private String query() {
        // A simple query takes the unnamed statement with it.
        parsed.remove("");
        if (topics.contains(Topic.SEVERAL) && dice.chance(12)) {
            return single() + "; " + single() + (dice.chance(30) ? "; " + single() : "");
        }
        return single();
    }

    private String single() {
        if (dice.chance(transactionChance())) {
            return transaction();
        }
        if (!settings.isEmpty() && dice.chance(35)) {
            return dice.chance(50) ? settings.show() : settings.change();
        }
        if (topics.contains(Topic.SQL_PREPARE) && dice.chance(35)) {
            String sql = prepared.any();
            if (PreparedTexts.forgetsAll(sql)) {
                parsed.clear();
            }
            return sql;
        }
        return plain.query();
    }

    private int transactionChance() {
        return inTransaction ? 35 : 12;
    }

    private String transaction() {
        if (topics.contains(Topic.SAVEPOINTS) && dice.chance(inTransaction ? 40 : 5)) {
            return dice.of("SAVEPOINT s", "SAVEPOINT s", "ROLLBACK TO s", "RELEASE s");
        }
        if (dice.chance(5) == inTransaction) {
            inTransaction = true;
            return dice.of("BEGIN", "begin;", "START TRANSACTION", "BEGIN", "BEGIN READ ONLY");
        }
        return dice.chance(5) ? "COMMIT AND CHAIN" : transactionEnd();
    }

    private String transactionEnd() {
        inTransaction = false;
        return dice.of("COMMIT", "ROLLBACK", "end", "ABORT", "commit;");
    }
}
