package dev.pgweir.proxy.pool;

import java.util.List;

/**
 * Which of a pool's PostgreSQL servers gets its next connection ({@code load_balance_hosts}). Either each in turn, and
 * one that does not answer or has no room is passed over as long as another can do; or one until a connection to it
 * fails, then the next.
 */
final class HostAim {
    private final List<ServerBudget> budgets;
    /** Whose turn it is. */
    private int turn;
    /** Where it goes, since somebody may have been passed over. */
    private int aimed;

    /**
     * @param budgets the caps of each host, in the order of the configuration; at least one
     */
    HostAim(List<ServerBudget> budgets) {
        this.budgets = budgets;
    }

    List<ServerBudget> budgets() {
        return budgets;
    }

    /** The caps of the host that the next server is opened at. */
    ServerBudget budget() {
        return budgets.get(aimed);
    }

    /** Looks whose turn it is now; before every decision on whether a server may be opened. */
    void take(boolean stays, long now) {
        aimed = turn;
        for (int i = 0; i < budgets.size(); i++) {
            int candidate = (turn + i) % budgets.size();
            ServerBudget budget = budgets.get(candidate);
            if (budget.host().permitsLogin(now) && (stays || budget.hasRoom())) {
                aimed = candidate;
                return;
            }
        }
    }

    /** A server is being opened there. */
    void opened(boolean stays) {
        turn = stays ? aimed : (aimed + 1) % budgets.size();
    }

    /** A connection to that host could not be made. */
    void failed(ServerBudget budget, boolean stays) {
        // Of several attempts that fail together only the first moves on.
        if (stays && budgets.get(turn).host() == budget.host()) {
            turn = (turn + 1) % budgets.size();
        }
    }
}
