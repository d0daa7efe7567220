package dev.pgweir.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WireNamesTest {
    @ParameterizedTest
    @ValueSource(classes = {FrontendMessageType.class, BackendMessageType.class})
    void everyMessageTypeHasAByteOfItsOwnAndIsListed(Class<?> types) throws ReflectiveOperationException {
        Set<Byte> constants = new HashSet<>();
        for (var field : types.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == byte.class) {
                assertThat(constants.add(field.getByte(null)))
                        .as(field.getName())
                        .isTrue();
            }
        }
        byte[] all = (byte[]) types.getMethod("all").invoke(null);
        List<Byte> listed = new ArrayList<>();
        for (byte type : all) {
            listed.add(type);
        }
        assertThat(listed).containsExactlyInAnyOrderElementsOf(constants);
    }

    @ParameterizedTest
    @CsvSource({
        "B,Bind",
        "C,Close",
        "d,CopyData",
        "c,CopyDone",
        "f,CopyFail",
        "D,Describe",
        "E,Execute",
        "H,Flush",
        "F,FunctionCall",
        "P,Parse",
        "p,PasswordMessage",
        "Q,Query",
        "S,Sync",
        "X,Terminate",
        "Z,unknown message 0x5a ('Z')"
    })
    void namesWhatClientsSend(char type, String name) {
        assertThat(FrontendMessageType.name((byte) type)).isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "R,Authentication",
        "K,BackendKeyData",
        "2,BindComplete",
        "3,CloseComplete",
        "C,CommandComplete",
        "d,CopyData",
        "c,CopyDone",
        "G,CopyInResponse",
        "H,CopyOutResponse",
        "W,CopyBothResponse",
        "D,DataRow",
        "I,EmptyQueryResponse",
        "E,ErrorResponse",
        "V,FunctionCallResponse",
        "v,NegotiateProtocolVersion",
        "n,NoData",
        "N,NoticeResponse",
        "A,NotificationResponse",
        "t,ParameterDescription",
        "S,ParameterStatus",
        "1,ParseComplete",
        "s,PortalSuspended",
        "Z,ReadyForQuery",
        "T,RowDescription",
        "Q,unknown message 0x51 ('Q')"
    })
    void namesWhatServersSend(char type, String name) {
        assertThat(BackendMessageType.name((byte) type)).isEqualTo(name);
    }

    @Test
    void describesBytesThatCannotBePrinted() {
        assertThat(WireByte.describe((byte) 0xff)).isEqualTo("0xff");
        assertThat(WireByte.describe((byte) 0)).isEqualTo("0x00");
        assertThat(WireByte.describe((byte) ' ')).isEqualTo("0x20");
    }

    @ParameterizedTest
    @EnumSource(TransactionStatus.class)
    void transactionStatusesComeBack(TransactionStatus status) {
        assertThat(TransactionStatus.of(status.code())).isEqualTo(status);
    }

    @Test
    void unknownTransactionStatusesAreRefused() {
        assertThatExceptionOfType(ProtocolException.class)
                .isThrownBy(() -> TransactionStatus.of((byte) 'X'))
                .withMessage("unknown transaction status 0x58 ('X')");
    }

    @Test
    void versionsAreTwoNumbersInOne() {
        assertThat(ProtocolVersion.V3_2.code()).isEqualTo(196610);
        assertThat(ProtocolVersion.of(196610)).isEqualTo(ProtocolVersion.V3_2).hasToString("3.2");
        assertThat(ProtocolVersion.of(ProtocolVersion.SSL_REQUEST_CODE)).hasToString("1234.5679");
        assertThat(ProtocolVersion.of(-1).code()).isEqualTo(-1);
        assertThat(ProtocolVersion.V3_0).isLessThan(ProtocolVersion.V3_2);
        assertThat(ProtocolVersion.of(-1)).isGreaterThan(ProtocolVersion.V3_2);
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new ProtocolVersion(3, 65536));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0800", "080060", "08p01", "08 01"})
    void sqlStatesAreFiveDigitsOrCapitals(String code) {
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> new SqlState(code));
    }

    @Test
    void aSqlStateReadsAsItsCode() {
        assertThat(SqlState.PROTOCOL_VIOLATION).hasToString("08P01").isEqualTo(new SqlState("08P01"));
    }

    @Test
    void protocolExceptionsCostNoStackTrace() {
        assertThat(ProtocolException.violation("x").getStackTrace()).isEmpty();
        assertThat(new ProtocolException(SqlState.FEATURE_NOT_SUPPORTED, "x").sqlState())
                .isEqualTo(SqlState.FEATURE_NOT_SUPPORTED);
    }
}
