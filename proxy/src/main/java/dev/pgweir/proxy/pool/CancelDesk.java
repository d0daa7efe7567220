package dev.pgweir.proxy.pool;

import dev.pgweir.proxy.server.DisconnectReason;
import dev.pgweir.proxy.server.ServerState;

/**
 * Cancel requests. Each is a connection of its own to PostgreSQL, so it takes one place of
 * {@code max_server_connections}, and of that cap only. Where none is free it is first in line for the next one, and an
 * unused connection of the same server is closed for it at once.
 */
final class CancelDesk {
    private final ServerBook book;

    CancelDesk(ServerBook book) {
        this.book = book;
    }

    void request(CancelTicket ticket) {
        PooledServer target = ticket.target;
        if (target.state() != ServerState.ACTIVE) {
            refuse(ticket);
            return;
        }
        target.tickets.add(ticket);
        target.pool.cancelsWaiting.add(ticket);
        target.budget.host().waitingCancels.add(ticket);
        serve(target.budget.host());
    }

    void refuse(CancelTicket ticket) {
        ticket.stage = CancelTicket.Stage.OVER;
        book.actions().cancelGone(ticket);
    }

    /** Gives free places to waiting requests, and sees to it that places become free for the rest. */
    void serve(ServerHost host) {
        while (!host.waitingCancels.isEmpty() && host.cap.hasRoomForCancel()) {
            grant(host, host.waitingCancels.remove());
        }
        while (host.needsPlaceForCancel()) {
            PooledServer victim = Evictor.anyUnused(host.cap);
            if (victim == null) {
                return;
            }
            book.evict(victim, null);
        }
    }

    private void grant(ServerHost host, CancelTicket ticket) {
        PooledServer target = ticket.target;
        ticket.stage = CancelTicket.Stage.GRANTED;
        target.pool.cancelsWaiting.remove(ticket);
        target.pool.cancelsActive.add(ticket);
        target.tickets.remove(ticket);
        target.activeCancels++;
        host.cap.addCancels(1);
        book.actions().cancelGranted(ticket);
    }

    /** The client has left the server: requests that were not sent yet must not be sent any more. */
    void targetLeft(PooledServer target) {
        for (CancelTicket ticket : target.tickets) {
            withdraw(ticket);
            refuse(ticket);
        }
        target.tickets.clear();
    }

    /** Until the request is done its target has no other client, and after that it must not have one. */
    void mayArriveLate(CancelTicket ticket) {
        if (ticket.stage == CancelTicket.Stage.GRANTED && ticket.target.retired == null) {
            ticket.target.retired = DisconnectReason.CANCEL_WAIT_TIMEOUT;
        }
    }

    /** Ends a granted request. True if the released target may go on serving now. */
    boolean done(CancelTicket ticket) {
        PooledServer target = ticket.target;
        ticket.stage = CancelTicket.Stage.OVER;
        target.pool.cancelsActive.remove(ticket);
        target.budget.host().cap.addCancels(-1);
        return --target.activeCancels == 0 && target.state() == ServerState.BEING_CANCELED;
    }

    boolean abandon(CancelTicket ticket) {
        if (ticket.stage != CancelTicket.Stage.WAITING) {
            return false;
        }
        withdraw(ticket);
        ticket.target.tickets.remove(ticket);
        ticket.stage = CancelTicket.Stage.OVER;
        return true;
    }

    private static void withdraw(CancelTicket ticket) {
        ticket.target.pool.cancelsWaiting.remove(ticket);
        ticket.target.budget.host().waitingCancels.remove(ticket);
    }
}
