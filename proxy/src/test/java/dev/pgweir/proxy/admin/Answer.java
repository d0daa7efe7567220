package dev.pgweir.proxy.admin;

import dev.pgweir.protocol.message.backend.CommandComplete;
import dev.pgweir.protocol.message.backend.DataRow;
import dev.pgweir.protocol.message.backend.ErrorResponse;
import dev.pgweir.protocol.message.backend.NoticeResponse;
import dev.pgweir.protocol.message.backend.RowDescription;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the console wrote, decoded.
 *
 * @param messages the types in order
 * @param columns names, one blank between two
 * @param types PgBouncer's letters
 * @param rows the values, NULL as null
 * @param tags of CommandComplete
 * @param error text of the last error, empty if there was none
 * @param code of that error
 * @param notice text of the last notice, empty if there was none
 * @param detail of that notice
 */
record Answer(
        String messages,
        String columns,
        String types,
        List<List<@Nullable String>> rows,
        List<String> tags,
        String error,
        String code,
        String notice,
        String detail) {

    static Answer to(String sql, boolean admin) {
        return of(new TalkingClient(new FixedData(), admin).query(sql));
    }

    /** Decodes what was written. Takes the buffer over. */
    static Answer of(ByteBuf out) {
        StringBuilder messages = new StringBuilder();
        List<RowDescription.Column> columns = List.of();
        List<List<@Nullable String>> rows = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        String error = "";
        String code = "";
        String notice = "";
        String detail = "";
        while (out.isReadable()) {
            byte type = out.readByte();
            ByteBuf body = out.readSlice(out.readInt() - 4);
            messages.append((char) type);
            switch (type) {
                case 'T' -> columns = RowDescription.decode(body).columns();
                case 'D' -> rows.add(DataRow.decode(body).values());
                case 'C' -> tags.add(CommandComplete.decode(body).tag());
                case 'E' -> {
                    error = ErrorResponse.decode(body.slice()).message();
                    code = ErrorResponse.decode(body).code();
                }
                case 'N' -> {
                    NoticeResponse decoded = NoticeResponse.decode(body);
                    notice = decoded.message();
                    detail = decoded.fields().values().getOrDefault('D', "");
                }
                default -> {}
            }
        }
        out.release();
        return new Answer(
                messages.toString(),
                columns.stream().map(RowDescription.Column::name).collect(Collectors.joining(" ")),
                columns.stream().map(Answer::letter).collect(Collectors.joining()),
                rows,
                tags,
                error,
                code,
                notice,
                detail);
    }

    private static String letter(RowDescription.Column column) {
        return switch (column.typeOid()) {
            case 25 -> "s";
            case 23 -> "i";
            case 20 -> "q";
            case 1700 -> "N";
            case 17 -> "b";
            default -> "?";
        };
    }
}
