/**
 * Which statements of a query's text touch the session: a bounded scan, no parser. {@link
 * dev.pgweir.proxy.prepare.sql.SqlScanner} is the outside; {@code Lexemes} knows where PostgreSQL's tokens begin and end
 * (PostgreSQL, "Lexical Structure"), {@code StatementWalk} splits a text into statements, {@code HeadReader} reads how
 * one of interest begins and {@code SetConfigCalls} finds calls in the others.
 *
 * <p>Most texts never come that far: one that begins with none of a few words, and holds neither another statement nor
 * the word {@code set_config}, is done after two or three reads of eight bytes each per 16 bytes of text and allocates
 * nothing.
 *
 * <p>Everything here is a function of its arguments, so it may be called from any thread that may read the buffer. May use
 * {@code java.*} and {@code io.netty.buffer}.
 */
@NullMarked
package dev.pgweir.proxy.prepare.sql;

import org.jspecify.annotations.NullMarked;
