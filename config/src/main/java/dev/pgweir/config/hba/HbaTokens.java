package dev.pgweir.config.hba;

import java.util.ArrayList;
import java.util.List;

/**
 * The words of one line of an HBA or ident file. Blanks separate them; commas join the words of a list; double quotes
 * keep blanks and commas, and take the special meaning from a word; # begins a comment.
 */
public final class HbaTokens {

    /**
     * One word.
     *
     * @param quoted whether it began with a quote: then it is a name and nothing else
     * @param column where it begins, from 1
     * @param joined whether a comma stands before it
     */
    public record Token(String text, boolean quoted, int column, boolean joined) {}

    private HbaTokens() {}

    /**
     * Reads a line.
     *
     * @throws IllegalArgumentException if a quote is open at its end
     */
    public static List<Token> of(String line) {
        List<Token> tokens = new ArrayList<>();
        boolean joined = false;
        int i = 0;
        while (i < line.length()) {
            char c = line.charAt(i);
            if (Character.isWhitespace(c)) {
                i++;
            } else if (c == '#') {
                break;
            } else if (c == ',') {
                joined = true;
                i++;
            } else {
                StringBuilder text = new StringBuilder();
                int end = word(line, i, text);
                tokens.add(new Token(text.toString(), c == '"', i + 1, joined));
                joined = false;
                i = end;
            }
        }
        return tokens;
    }

    private static int word(String line, int start, StringBuilder text) {
        boolean inQuotes = false;
        int i = start;
        for (; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"' && inQuotes && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                text.append(c);
                i++;
            } else if (c == '"') {
                inQuotes = !inQuotes;
            } else if (!inQuotes && (Character.isWhitespace(c) || c == ',' || c == '#')) {
                break;
            } else {
                text.append(c);
            }
        }
        if (inQuotes) {
            throw new IllegalArgumentException("a double quote is open at the end of the line");
        }
        return i;
    }
}
