package dev.pgweir.config.hba;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code auth_hba_file} and {@code auth_ident_file}.
 *
 * @param rules in the order of the file: the first that fits counts
 * @param maps by name; every map that a rule names is there
 */
public record HbaRules(List<HbaRule> rules, Map<String, IdentMap> maps) {

    /** Nobody is let in. */
    public static final HbaRules NONE = new HbaRules(List.of(), Map.of());

    public HbaRules {
        rules = List.copyOf(rules);
        maps = Map.copyOf(maps);
    }

    /** The rule for a client; empty: it is rejected. */
    public Optional<HbaRule> find(HbaClient client) {
        return rules.stream().filter(rule -> rule.fits(client)).findFirst();
    }

    /** Whether {@code rule} lets somebody with a name outside log in as {@code user}: the same name, or by its map. */
    public boolean allows(HbaRule rule, String systemName, String user) {
        String map = rule.options().get("map");
        if (map == null) {
            return systemName.equals(user);
        }
        IdentMap found = maps.get(map);
        return found != null && found.allows(systemName, user);
    }
}
