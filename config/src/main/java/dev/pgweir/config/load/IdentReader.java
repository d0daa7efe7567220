package dev.pgweir.config.load;

import dev.pgweir.config.hba.IdentMap;
import dev.pgweir.config.hba.HbaTokens;
import dev.pgweir.config.hba.HbaTokens.Token;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads an {@code auth_ident_file}: map, name outside, user. A line that is wrong is reported and left out. */
final class IdentReader {

    private IdentReader() {}

    /** Reads {@code text}; the maps by name. */
    static Map<String, IdentMap> read(Path file, String text, Problems problems) {
        Map<String, List<IdentMap.Entry>> entries = new LinkedHashMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            try {
                List<Token> tokens = HbaTokens.of(line);
                if (!tokens.isEmpty()) {
                    entries.computeIfAbsent(tokens.get(0).text(), map -> new ArrayList<>())
                            .add(entry(tokens));
                }
            } catch (IllegalArgumentException e) {
                problems.error(
                        new Origin(file.toString(), number, 1),
                        "",
                        "could not parse ident config line " + number + ": " + e.getMessage());
            }
        }
        Map<String, IdentMap> maps = new LinkedHashMap<>();
        entries.forEach((name, lines) -> maps.put(name, new IdentMap(lines)));
        return maps;
    }

    private static IdentMap.Entry entry(List<Token> tokens) {
        if (tokens.size() != 3 || tokens.stream().anyMatch(Token::joined)) {
            throw new IllegalArgumentException("accepted: three columns, a map, a name and a user");
        }
        Token outside = tokens.get(1);
        Token user = tokens.get(2);
        if ((!outside.quoted() && outside.text().startsWith("/")) || (!user.quoted() && user.text().startsWith("/"))) {
            throw new IllegalArgumentException("regular expressions are not supported");
        }
        boolean all = !user.quoted() && user.text().equals("all");
        return new IdentMap.Entry(outside.text(), all, user.text());
    }
}
