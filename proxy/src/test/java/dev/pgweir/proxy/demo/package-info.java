/**
 * What {@code mvn -Pdemo} shows: a PostgreSQL of few connections, PgWeir in front of it, and many clients that do not
 * notice. It lies on the test class path so that the program's own jar carries no PostgreSQL, and uses what the tests
 * use. It runs in Maven's JVM; PostgreSQL and PgWeir are processes of their own.
 */
@NullMarked
package dev.pgweir.proxy.demo;

import org.jspecify.annotations.NullMarked;
