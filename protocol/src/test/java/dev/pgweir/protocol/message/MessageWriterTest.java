package dev.pgweir.protocol.message;

import static dev.pgweir.protocol.TestBytes.bytes;
import static dev.pgweir.protocol.TestBytes.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class MessageWriterTest {
    @Test
    void fillsInTheLengthOfEachMessage() {
        byte[] two = written(out -> {
            MessageWriter writer = new MessageWriter(out);
            writer.begin((byte) 'A').int8(1).int16(2).int32(3).int64(4).end();
            writer.beginUntyped().cstring("ü").bytes(new byte[] {9}).text("ö").end();
        });
        assertThat(two)
                .isEqualTo(
                        bytes("'A' 00000013 01 0002 00000003 0000000000000004" + " 0000000e 'ü' 00 09 00000002 'ö'"));
    }

    @Test
    void takesBackAMessageThatCannotBeWritten() {
        ByteBuf out = Unpooled.buffer();
        MessageWriter writer = new MessageWriter(out);
        writer.begin((byte) 'A').cstring("fine").end();
        int written = out.writerIndex();
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> writer.begin((byte) 'B').int32(1).cstring("a\0b"));
        assertThat(out.writerIndex()).isEqualTo(written);
    }

    @Test
    void loneSurrogatesAreWrittenAsQuestionMarks() {
        assertThat(written(out ->
                        new MessageWriter(out).beginUntyped().text("\ud800").end()))
                .isEqualTo(bytes("00000009 00000001 '?'"));
    }
}
