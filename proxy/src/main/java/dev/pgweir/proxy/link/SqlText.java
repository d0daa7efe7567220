package dev.pgweir.proxy.link;

import dev.pgweir.proxy.prepare.Behaviour;
import dev.pgweir.proxy.prepare.sql.SessionStatement;
import dev.pgweir.proxy.prepare.sql.SqlScanner;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the text of a command tells, where the scanner has found one. */
final class SqlText {
    private SqlText() {}

    /** By which CommandComplete says that its effects have happened; null if it has none. */
    static @Nullable String tag(ByteBuf buffer, SessionStatement statement) {
        return switch (statement.kind()) {
            case PREPARE -> "PREPARE";
            case DEALLOCATE -> "DEALLOCATE";
            case DEALLOCATE_ALL -> "DEALLOCATE ALL";
            case DISCARD_ALL -> "DISCARD ALL";
            case RESET_ALL -> "RESET";
            case SET -> beginsWith(buffer, statement, 'r') ? "RESET" : isReset(buffer, statement) ? "SET" : null;
            case EXECUTE, READING -> null;
        };
    }

    /** RESET, or SET … TO DEFAULT. */
    static boolean isReset(ByteBuf buffer, SessionStatement statement) {
        return beginsWith(buffer, statement, 'r') || endsWithDefault(buffer, statement);
    }

    private static boolean beginsWith(ByteBuf buffer, SessionStatement statement, char letter) {
        return (buffer.getByte(statement.from()) | 0x20) == letter;
    }

    private static boolean endsWithDefault(ByteBuf buffer, SessionStatement statement) {
        String word = "default";
        int at = statement.to() - word.length();
        if (at <= statement.from() || isNamePart(buffer.getByte(at - 1))) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if ((buffer.getByte(at + i) | 0x20) != word.charAt(i)) {
                return false;
            }
        }
        // An UPDATE may call set_config and end like this as well.
        return beginsWith(buffer, statement, 's');
    }

    private static boolean isNamePart(byte value) {
        return value < 0 || value == '_' || value == '$' || Character.isLetterOrDigit(value);
    }

    /** In UTF-8 or an encoding of single bytes without such; elsewhere an error's position is a little off. */
    static int characters(ByteBuf text, int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += (text.getByte(i) & 0xc0) == 0x80 ? 0 : 1;
        }
        return count;
    }

    /** What a PREPARE prepares, as it stands behind the name. */
    static byte[] definition(ByteBuf buffer, SessionStatement prepare) {
        return StatementFields.bytes(buffer, prepare.nameTo(), prepare.to());
    }

    /** What executing that does. */
    static Behaviour behaviour(ByteBuf buffer, SessionStatement prepare) {
        List<SessionStatement> calls = SqlScanner.calls(buffer, prepare.nameTo(), prepare.to());
        return calls.isEmpty() ? Behaviour.NONE : new Behaviour(settings(calls), null, isReadOtherwiseAfter(calls));
    }

    /** Whether later texts of the transaction mean something else. */
    static boolean isReadOtherwiseAfter(List<SessionStatement> statements) {
        return statements.stream().anyMatch(it -> it.kind() == SessionStatement.Kind.READING);
    }

    /** Names of settings of the statements that only touch settings. */
    static List<String> settings(List<SessionStatement> statements) {
        List<String> names = new ArrayList<>(statements.size());
        for (SessionStatement statement : statements) {
            if (statement.kind() == SessionStatement.Kind.SET) {
                names.add(statement.name());
            } else if (statement.kind() == SessionStatement.Kind.RESET_ALL) {
                names.add("");
            }
        }
        return names;
    }
}
