package dev.pgweir.proxy.it.scripts;

import java.util.List;

/**
 * What a client sends before it reads again.
 *
 * @param piecemeal each message by a write of its own, not all by one
 */
record Turn(List<Step> steps, boolean piecemeal) {

    Turn {
        steps = List.copyOf(steps);
    }

    /** True if PostgreSQL answers all of it now; else the answers wait for a later turn. */
    boolean asksForAnswers() {
        return !steps.isEmpty() && steps.get(steps.size() - 1).kind().flushes();
    }
}
