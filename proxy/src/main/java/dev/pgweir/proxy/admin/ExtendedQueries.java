package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.FrontendMessageType;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.SqlState;
import dev.pgweir.protocol.message.MessageReader;
import dev.pgweir.protocol.message.backend.EmptyBackendMessage;
import dev.pgweir.protocol.message.backend.ParameterDescription;
import dev.pgweir.protocol.message.frontend.Close;
import dev.pgweir.protocol.message.frontend.Describe;
import dev.pgweir.protocol.message.frontend.Execute;
import dev.pgweir.protocol.message.frontend.Parse;
import dev.pgweir.protocol.message.frontend.PreparedKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Statements and portals of one client. */
final class ExtendedQueries {
    /** There are not half as many commands; a client that makes more does not close what it makes. */
    private static final int MAX_KEPT = 100;

    /** Each holds a table; a driver reads one or two at a time. */
    private static final int MAX_SUSPENDED = 4;

    /** One that may be empty, which a map cannot hold by itself. */
    private record Prepared(@Nullable Statement statement) {}

    private final Console console;
    private final Map<String, Prepared> statements = new HashMap<>();
    private final Map<String, Portal> portals = new HashMap<>();

    ExtendedQueries(Console console) {
        this.console = console;
    }

    /** The end of what is a transaction elsewhere. */
    void closePortals() {
        portals.clear();
    }

    /** Answers Parse, Bind, Describe or Close. */
    void onMessage(byte type, ByteBuf body, ByteBuf out) throws ConsoleException {
        switch (type) {
            case FrontendMessageType.PARSE -> parse(Parse.decode(body), out);
            case FrontendMessageType.BIND -> bind(body, out);
            case FrontendMessageType.DESCRIBE -> describe(Describe.decode(body), out);
            case FrontendMessageType.CLOSE -> close(Close.decode(body), out);
            default -> throw ProtocolException.violation("unexpected message " + FrontendMessageType.name(type));
        }
    }

    private void parse(Parse message, ByteBuf out) throws ConsoleException {
        String name = message.statement();
        if (!name.isEmpty() && statements.containsKey(name)) {
            throw new ConsoleException(
                    SqlState.DUPLICATE_PREPARED_STATEMENT, "prepared statement \"" + name + "\" already exists");
        }
        List<Statement> found = Console.parse(message.sql());
        if (found.size() > 1) {
            throw new ConsoleException(
                    SqlState.SYNTAX_ERROR, "cannot insert multiple commands into a prepared statement");
        }
        Statement statement = found.isEmpty() ? null : found.get(0);
        if (statement != null) {
            console.check(statement);
        }
        keep(statements, name, new Prepared(statement));
        EmptyBackendMessage.PARSE_COMPLETE.encode(out);
    }

    private void bind(ByteBuf body, ByteBuf out) throws ConsoleException {
        MessageReader in = new MessageReader("Bind", body);
        String portal = in.cstring();
        Prepared prepared = statement(in.cstring());
        int formats = in.count16(Short.BYTES);
        for (int i = 0; i < formats; i++) {
            in.int16();
        }
        int parameters = in.count16(Integer.BYTES);
        if (parameters > 0) {
            throw new ConsoleException(
                    "bind message supplies " + parameters + " parameters, but statements of the console require 0");
        }
        List<Integer> codes = new ArrayList<>();
        for (int i = in.count16(Short.BYTES); i > 0; i--) {
            codes.add((int) in.int16());
        }
        in.end();
        keep(portals, portal, new Portal(prepared.statement(), fitting(prepared.statement(), codes)));
        EmptyBackendMessage.BIND_COMPLETE.encode(out);
    }

    private ResultFormats fitting(@Nullable Statement statement, List<Integer> codes) throws ConsoleException {
        ResultFormats formats = new ResultFormats(codes);
        if (!formats.isKnown()) {
            throw new ConsoleException(SqlState.INVALID_PARAMETER_VALUE, "unsupported format code, accepted: 0 and 1");
        }
        int columns = 0;
        if (statement != null) {
            ResultWriter nowhere = new ResultWriter(Unpooled.buffer(), ResultWriter.Part.COLUMNS, ResultFormats.TEXT);
            console.describe(statement, nowhere);
            columns = nowhere.columnCount();
        }
        if (!formats.fits(columns)) {
            throw new ConsoleException(
                    "bind message has " + codes.size() + " result formats but query has " + columns + " columns");
        }
        return formats;
    }

    private void describe(Describe message, ByteBuf out) throws ConsoleException {
        Statement statement;
        ResultFormats formats = ResultFormats.TEXT;
        if (message.kind() == PreparedKind.STATEMENT) {
            statement = statement(message.name()).statement();
            new ParameterDescription(List.of()).encode(out);
        } else {
            Portal portal = portal(message.name());
            statement = portal.statement();
            formats = portal.formats();
        }
        ResultWriter columns = new ResultWriter(out, ResultWriter.Part.COLUMNS, formats);
        if (statement != null) {
            console.describe(statement, columns);
        }
        if (!columns.isDescribed()) {
            EmptyBackendMessage.NO_DATA.encode(out);
        }
    }

    private void close(Close message, ByteBuf out) {
        if (message.kind() == PreparedKind.STATEMENT) {
            statements.remove(message.name());
        } else {
            portals.remove(message.name());
        }
        EmptyBackendMessage.CLOSE_COMPLETE.encode(out);
    }

    /** What an Execute is to run. */
    Portal portal(Execute execute) throws ConsoleException {
        Portal portal = portal(execute.portal());
        if (execute.maxRows() > 0
                && !portal.isSuspended()
                && portals.values().stream().filter(Portal::isSuspended).count() >= MAX_SUSPENDED) {
            throw new ConsoleException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "a client of the console may have up to " + MAX_SUSPENDED + " portals with rows left");
        }
        return portal;
    }

    private Prepared statement(String name) throws ConsoleException {
        Prepared prepared = statements.get(name);
        if (prepared == null) {
            throw new ConsoleException(
                    SqlState.INVALID_SQL_STATEMENT_NAME, "prepared statement \"" + name + "\" does not exist");
        }
        return prepared;
    }

    private Portal portal(String name) throws ConsoleException {
        Portal portal = portals.get(name);
        if (portal == null) {
            throw new ConsoleException(new SqlState("34000"), "portal \"" + name + "\" does not exist");
        }
        return portal;
    }

    private static <T> void keep(Map<String, T> kept, String name, T value) throws ConsoleException {
        if (kept.size() >= MAX_KEPT && !kept.containsKey(name)) {
            throw new ConsoleException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "a client of the console may keep up to " + MAX_KEPT + " statements and portals");
        }
        kept.put(name, value);
    }
}
