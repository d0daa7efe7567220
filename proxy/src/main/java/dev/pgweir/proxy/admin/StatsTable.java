package dev.pgweir.proxy.admin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** What SHOW STATS and its two halves have in common: a line per database, with its name and its figures. */
final class StatsTable {
    private StatsTable() {}

    /**
     * Writes it, up to CommandComplete.
     *
     * @param shown what a line shows, as many figures as there are columns
     * @param columns the names of all but the first one
     */
    static void write(ConsoleData data, ResultWriter out, Function<StatsRow, List<Counters>> shown, String... columns) {
        List<String> names = new ArrayList<>(List.of(columns));
        names.add(0, "database");
        out.columns("s" + "N".repeat(columns.length), names.toArray(String[]::new));
        for (StatsRow row : data.stats()) {
            List<Object> values = new ArrayList<>();
            values.add(row.database());
            shown.apply(row)
                    .forEach(counters -> Arrays.stream(counters.values()).forEach(values::add));
            out.row(values.toArray());
        }
        out.done("SHOW");
    }
}
