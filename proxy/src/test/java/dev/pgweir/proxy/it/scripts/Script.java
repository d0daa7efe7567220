package dev.pgweir.proxy.it.scripts;

import java.util.List;

/**
 * What one client does.
 *
 * @param startup names and values of its startup packet in turn
 */
record Script(List<String> startup, List<Turn> turns) {

    Script {
        startup = List.copyOf(startup);
        turns = List.copyOf(turns);
    }

    /**
     * False if it uses an unnamed portal without a Bind right before it. What a failed simple query leaves there within a
     * transaction crashes PostgreSQL (17.11) when it is executed.
     */
    boolean isSafe() {
        boolean bound = false;
        for (Turn turn : turns) {
            for (Step step : turn.steps()) {
                if (step.usesUnnamedPortal() && !bound) {
                    return false;
                }
                bound = step.bindsUnnamedPortal() || (bound && step.kind().isExtended());
            }
        }
        return true;
    }

    Script withTurns(List<Turn> others) {
        return new Script(startup, others);
    }
}
