/**
 * Drivers as people use them: eight clients of each, with prepared statements, transactions and errors, on two server
 * connections in transaction mode, and no setting that makes allowance for a pooler. A driver from outside Java has one
 * program among the resources, which checks its own results, takes DATABASE_URL from the environment and works just the
 * same straight on PostgreSQL. Everything blocks.
 */
@NullMarked
package dev.pgweir.proxy.it.drivers;

import org.jspecify.annotations.NullMarked;
