package dev.pgweir.proxy.it.scripts;

import java.util.List;

/**
 * A text for Parse.
 *
 * @param types OIDs given with it; 0 leaves one open
 * @param values what its parameters may be, each list for one of them
 */
record Sql(String text, List<Integer> types, List<List<String>> values) {

    static Sql of(String text) {
        return new Sql(text, List.of(), List.of());
    }
}
