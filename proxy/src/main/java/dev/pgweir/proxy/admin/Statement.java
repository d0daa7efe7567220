package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.SqlState;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One command as it was typed.
 *
 * @param text without comments, for errors and for the rest of a line
 * @param words at least one
 */
record Statement(String text, List<Word> words) {
    Statement {
        words = List.copyOf(words);
    }

    /** The keyword it begins with. */
    String verb() {
        return words.get(0).keyword();
    }

    /** What follows the verb as keywords with single blanks between them. */
    String object() {
        return words.stream().skip(1).map(Word::keyword).collect(Collectors.joining(" "));
    }

    /** How many words follow the verb. */
    int arguments() {
        return words.size() - 1;
    }

    Word argument(int index) {
        return words.get(index + 1);
    }

    /** The one name that may follow, as it was written: names are case-sensitive. */
    @Nullable
    String optionalName() throws ConsoleException {
        most(1);
        return arguments() == 0 ? null : argument(0).text();
    }

    /** The one word that has to follow. */
    String name(String what) throws ConsoleException {
        most(1);
        if (arguments() == 0) {
            throw new ConsoleException(what + " is required");
        }
        return argument(0).text();
    }

    void most(int count) throws ConsoleException {
        if (arguments() > count) {
            throw syntaxError("too many words after " + verb());
        }
    }

    ConsoleException syntaxError(String what) {
        return new ConsoleException(SqlState.SYNTAX_ERROR, what + ": '" + quoted() + "', use SHOW HELP;");
    }

    /** The beginning of it, for an error. */
    String quoted() {
        return text.length() > Console.MAX_QUOTED ? text.substring(0, Console.MAX_QUOTED) + "..." : text;
    }
}
