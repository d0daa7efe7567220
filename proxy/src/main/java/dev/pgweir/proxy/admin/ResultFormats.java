package dev.pgweir.proxy.admin;

import java.util.List;

/**
 * In which format Bind asks for the columns: PostgreSQL's codes, 0 text and 1 binary.
 *
 * @param codes none: text; one: for all columns; else one per column
 */
record ResultFormats(List<Integer> codes) {
    private static final int BINARY = 1;

    static final ResultFormats TEXT = new ResultFormats(List.of());

    ResultFormats {
        codes = List.copyOf(codes);
    }

    int of(int column) {
        if (codes.isEmpty()) {
            return 0;
        }
        return codes.size() == 1 ? codes.get(0) : codes.get(column);
    }

    boolean isBinary(int column) {
        return of(column) == BINARY;
    }

    boolean fits(int columns) {
        return codes.size() <= 1 || codes.size() == columns;
    }

    boolean isKnown() {
        return codes.stream().allMatch(code -> code == 0 || code == BINARY);
    }
}
