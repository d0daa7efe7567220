/**
 * {@code auth_query}: PostgreSQL is asked for the secrets of users whom the configuration does not know. The question goes
 * through the ordinary pool of {@code auth_user}, so its connection counts against every cap, waits its turn like any
 * client, and shows in SHOW POOLS.
 *
 * <p>Whatever a client of that pool has left in the session does not count: the question is asked in a transaction of its
 * own, with a search_path of its own, and nothing of the client that wants to log in reaches it but the name it gave, as a
 * parameter.
 *
 * <p>A few questions run at a time, and those about strangers wait behind those about users who are known.
 *
 * <p>Answers are remembered for some seconds and shared, so a storm of logins of one user asks once. For any thread; a
 * question itself runs on the loop of the server connection it was given.
 */
@NullMarked
package dev.pgweir.proxy.authquery;

import org.jspecify.annotations.NullMarked;
