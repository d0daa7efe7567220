package dev.pgweir.protocol.message.backend;

import static dev.pgweir.protocol.TestBytes.buffer;
import static dev.pgweir.protocol.TestBytes.bytes;
import static dev.pgweir.protocol.TestBytes.written;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgweir.protocol.Severity;
import dev.pgweir.protocol.SqlState;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ErrorResponseTest {
    @Test
    void answersEvenWhenNothingCame() {
        ErrorResponse error = ErrorResponse.decode(buffer("00"));
        assertThat(error.severity()).isEqualTo(Severity.ERROR);
        assertThat(error.code()).isEqualTo("XX000");
        assertThat(error.message()).isEmpty();
        assertThat(error.detail()).isNull();
        assertThat(error.hint()).isNull();
        assertThat(NoticeResponse.decode(buffer("00")).severity()).isEqualTo(Severity.NOTICE);
    }

    @Test
    void theUntranslatedSeverityCounts() {
        assertThat(ErrorResponse.decode(buffer("'SPANIK' 00 'VPANIC' 00 00")).severity())
                .isEqualTo(Severity.PANIC);
    }

    @Test
    void olderServersSendOnlyOneSeverity() {
        assertThat(ErrorResponse.decode(buffer("'SFATAL' 00 00")).severity()).isEqualTo(Severity.FATAL);
        assertThat(ErrorResponse.decode(buffer("'SFEHLER' 00 00")).severity()).isEqualTo(Severity.ERROR);
    }

    @Test
    void theLastOfTwoValuesCounts() {
        assertThat(ErrorResponse.decode(buffer("'Mone' 00 'Mtwo' 00 00")).message())
                .isEqualTo("two");
    }

    @Test
    void keepsFieldsItDoesNotKnow() {
        ErrorResponse error = ErrorResponse.decode(buffer("'SERROR' 00 'Fx.c' 00 fe 'odd' 00 'Dmore' 00 00"));
        assertThat(error.fields().values())
                .contains(Map.entry('F', "x.c"), Map.entry('\u00fe', "odd"), Map.entry('D', "more"));
        assertThat(error.detail()).isEqualTo("more");
        assertThat(written(error::encode))
                .isEqualTo(bytes("'E' 0000002c 'SERROR' 00 'VERROR' 00 'CXX000' 00 'M' 00"
                        + " 'Fx.c' 00 fe 'odd' 00 'Dmore' 00 00"));
    }

    @Test
    void aTranslatedSeverityIsSentOnAsItCame() {
        ErrorResponse error = ErrorResponse.decode(buffer("'SFEHLER' 00 'VERROR' 00 'C42601' 00 'Mnein' 00 00"));
        assertThat(written(error::encode))
                .isEqualTo(bytes("'E' 00000021 'SFEHLER' 00 'VERROR' 00 'C42601' 00 'Mnein' 00 00"));
    }

    @Test
    void carriesDetailAndHint() {
        ErrorResponse error = ErrorResponse.of(Severity.FATAL, SqlState.TOO_MANY_CONNECTIONS, "max_client_conn")
                .withDetail("limit 100")
                .withHint("raise it");
        assertThat(error.detail()).isEqualTo("limit 100");
        assertThat(error.hint()).isEqualTo("raise it");
        assertThat(error.code()).isEqualTo("53300");
        NoticeResponse notice = NoticeResponse.of(Severity.NOTICE, SqlState.SUCCESSFUL_COMPLETION, "usage")
                .withDetail("SHOW HELP")
                .withHint("h");
        assertThat(notice.message()).isEqualTo("usage");
        assertThat(notice.code()).isEqualTo("00000");
        assertThat(notice.detail()).isEqualTo("SHOW HELP");
        assertThat(notice.hint()).isEqualTo("h");
    }
}
