/**
 * Who gets which server connection, and when one is opened or closed.
 *
 * <p><b>One lock for all pools</b>, not one per pool: the caps ({@code max_server_connections} per host and port,
 * {@code max_db_connections}, {@code max_user_connections}), eviction and the order of waiting span pools, so a lock per
 * pool would have to be taken together with its neighbours' on every wait. What runs inside is bounded and short: on the
 * path of a transaction (take an idle server, give it back, hand it to the next client) it is O(1) and allocates
 * nothing; no I/O, no log line and no callback runs inside. An operation fills a buffer of {@link
 * dev.pgweir.proxy.pool.Actions} that its caller runs after unlocking. The one part that is not O(1) is the walk over
 * the pools that have waiting clients, and it happens only under an exhausted cap, at most a thousand times a second
 * per cap on the path of a transaction.
 *
 * <p><b>Layers.</b> {@link dev.pgweir.proxy.pool.Pools} and {@link dev.pgweir.proxy.pool.Pool} are the outside: lock,
 * operation, unlock, actions. {@link dev.pgweir.proxy.pool.PoolCore} and the rule classes below it are plain state that is
 * given the time and never reads a clock: {@link dev.pgweir.proxy.pool.ServerBook} moves servers between lists,
 * {@link dev.pgweir.proxy.pool.Supply} opens servers and makes room, {@link dev.pgweir.proxy.pool.Evictor},
 * {@link dev.pgweir.proxy.pool.FairShare}, {@link dev.pgweir.proxy.pool.ReserveRule} and
 * {@link dev.pgweir.proxy.pool.LoginDesk} decide, {@link dev.pgweir.proxy.pool.CancelDesk} has the cancel requests, {@link
 * dev.pgweir.proxy.pool.PauseDesk} PAUSE and KILL and who waits for servers to be closed, and
 * {@link dev.pgweir.proxy.pool.Housekeeping} every rule that depends on time alone.
 *
 * <p><b>A state is the membership of a list</b>, for servers and for clients, so every column of SHOW POOLS is the length
 * of a list. A server counts against its pool and against every cap from the decision to open it until its socket is
 * closed.
 *
 * <p>May use {@code java.*}, JSpecify, {@code count} and the interfaces of the server package. No Netty, no logging, no
 * configuration: settings come as a {@link dev.pgweir.proxy.pool.PoolSpec}. Every public method may be called from any thread.
 */
@NullMarked
package dev.pgweir.proxy.pool;

import org.jspecify.annotations.NullMarked;
