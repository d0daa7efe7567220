package dev.pgweir.config.load;

/**
 * Takes apart a file in PgBouncer's format, line by line: {@code [section]}, {@code name = value}, {@code %include file},
 * and lines that are empty or begin with ; or #, which anywhere else are ordinary characters. Lines may be indented, and
 * a name may stand in quotes of either kind, one inside written twice.
 */
final class IniScanner {

    /** What is found, from the top. */
    interface Events {

        void section(String name, Origin at);

        /**
         * A value.
         *
         * @param at where the name begins
         * @param valueColumn where the value begins, from 1
         */
        void value(String name, String value, Origin at, int valueColumn);

        void include(String file, Origin at);
    }

    private static final String INCLUDE = "%include";

    private final String file;
    private final Events events;
    private final Problems problems;
    private String line = "";
    private int number;
    private int position;

    private IniScanner(String file, Events events, Problems problems) {
        this.file = file;
        this.events = events;
        this.problems = problems;
    }

    /**
     * Reads {@code text}; what cannot be read is reported and left out.
     *
     * @param file its name, as messages show it
     */
    static void scan(String file, String text, Events events, Problems problems) {
        IniScanner scanner = new IniScanner(file, events, problems);
        // Only \n ends a line there; the \r before it is one of the blanks at the line's end.
        for (String line : text.split("\n", -1)) {
            scanner.line(line);
        }
    }

    private void line(String text) {
        line = text.stripTrailing();
        number++;
        position = 0;
        skipBlanks();
        if (position < line.length() && line.charAt(position) == '[') {
            section();
            skipBlanks();
        }
        if (position == line.length() || line.charAt(position) == ';' || line.charAt(position) == '#') {
            return;
        }
        int afterInclude = position + INCLUDE.length();
        if (line.startsWith(INCLUDE, position) && afterInclude < line.length() && isBlank(line.charAt(afterInclude))) {
            events.include(line.substring(afterInclude).strip(), at(position));
        } else {
            nameAndValue();
        }
    }

    /** What stands behind the section in the same line belongs to it. */
    private void section() {
        int end = line.indexOf(']', position);
        if (end < 0) {
            problems.error(at(position), "", "the name of the section has no ] at its end, accepted: [name]");
            position = line.length();
            return;
        }
        events.section(line.substring(position + 1, end), at(position));
        position = end + 1;
    }

    private void nameAndValue() {
        int start = position;
        String name = name();
        if (name.isEmpty()) {
            problems.error(at(start), "", "a name is missing or has no quote at its end, accepted: name = value");
            return;
        }
        skipBlanks();
        if (position == line.length() || line.charAt(position) != '=') {
            problems.error(
                    at(start), "", "there is no = behind the name, accepted: name = value; [section]; %include file");
            return;
        }
        position++;
        skipBlanks();
        events.value(name, line.substring(position), at(start), position + 1);
    }

    /** Empty if there is none, or no end to its quotes. */
    private String name() {
        char quote = line.charAt(position);
        StringBuilder name = new StringBuilder();
        if (quote != '"' && quote != '\'') {
            while (position < line.length() && line.charAt(position) != '=' && !isBlank(line.charAt(position))) {
                name.append(line.charAt(position++));
            }
            return name.toString();
        }
        position++;
        while (position < line.length()) {
            char c = line.charAt(position++);
            if (c != quote) {
                name.append(c);
            } else if (position < line.length() && line.charAt(position) == quote) {
                name.append(quote);
                position++;
            } else {
                return name.toString();
            }
        }
        return "";
    }

    private void skipBlanks() {
        while (position < line.length() && isBlank(line.charAt(position))) {
            position++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private Origin at(int index) {
        return new Origin(file, number, index + 1);
    }
}
