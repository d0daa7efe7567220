package dev.pgweir.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pgweir.protocol.ProtocolException;
import dev.pgweir.protocol.message.frontend.CancelRequest;
import dev.pgweir.protocol.message.frontend.StartupMessage;
import dev.pgweir.protocol.message.frontend.StartupPacket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** What a stranger may send first: read or refused, and the same from whatever pieces it comes in. */
final class StartupPacketFuzzTest {

    @FuzzTest(maxDuration = "10m")
    void readsTheSameFromAnyPieces(byte[] data) {
        List<String> whole = read(data, Math.max(1, data.length));
        assertThat(read(data, 1)).isEqualTo(whole);
        assertThat(read(data, 7)).isEqualTo(whole);
    }

    /** The packets in text, and the refusal if it comes to that. */
    private static List<String> read(byte[] data, int step) {
        List<String> read = new ArrayList<>();
        StartupReader reader = new StartupReader();
        ByteBuf pending = Unpooled.buffer();
        try {
            for (int from = 0; from < data.length; from += step) {
                pending.writeBytes(data, from, Math.min(step, data.length - from));
                while (pending.isReadable()) {
                    StartupPacket packet = reader.read(pending);
                    if (packet == null) {
                        assertThat(pending.isReadable()).isFalse();
                        break;
                    }
                    read.add(packet + " " + again(packet));
                }
            }
        } catch (ProtocolException e) {
            read.add(String.valueOf(e.getMessage()));
        }
        return read;
    }

    /** What is written of it says the same. */
    private static String again(StartupPacket packet) {
        ByteBuf out = Unpooled.buffer();
        packet.encode(out);
        String bytes = ByteBufUtil.hexDump(out);
        if (packet instanceof StartupMessage || packet instanceof CancelRequest) {
            // U+FFFD takes more bytes than what it stands for, so the packet may have become too long.
            if (out.readableBytes() <= StartupReader.MAX_PACKET_LENGTH) {
                assertThat(new StartupReader().read(out)).isEqualTo(packet);
            }
        }
        return bytes;
    }
}
