package dev.pgweir.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PidFileTest {
    private static final long OWN = ProcessHandle.current().pid();

    @TempDir
    private Path directory;

    @Test
    void isThereWhileTheProcessRuns() throws IOException {
        Path path = file();
        PidFile pidfile = PidFile.write(path);
        assertThat(path).hasContent(OWN + "\n");

        pidfile.remove();
        assertThat(path).doesNotExist();
    }

    @Test
    void refusesToTakeThePlaceOfALivingProcess() throws IOException {
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        Path path = Files.writeString(file(), parent + "\n");

        assertThatThrownBy(() -> PidFile.write(path))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("names process " + parent);
        assertThat(path).hasContent(parent + "\n");
    }

    @Test
    void takesThePlaceOfAProcessThatIsGone() throws IOException {
        // Beyond the highest number that Linux gives.
        Path path = Files.writeString(file(), "999999999\n");
        PidFile.write(path).remove();
        assertThat(path).doesNotExist();
    }

    @Test
    void takesItsOwnNumberBackAsAfterARestartOfAContainer() throws IOException {
        Path path = Files.writeString(file(), OWN + "\n");
        PidFile.write(path).remove();
        assertThat(path).doesNotExist();
    }

    @Test
    void overwritesNoOtherFile() throws IOException {
        Path path = Files.writeString(file(), "dear diary");
        assertThatThrownBy(() -> PidFile.write(path)).hasMessageContaining("something else than the number");
        assertThat(path).hasContent("dear diary");
    }

    @Test
    void leavesAFileThatHasBecomeSomebodyElses() throws IOException {
        Path path = file();
        PidFile pidfile = PidFile.write(path);
        Files.writeString(path, "1\n");

        pidfile.remove();
        assertThat(path).hasContent("1\n");
    }

    private Path file() {
        return directory.resolve("pgweir.pid");
    }
}
