package dev.pgweir.proxy.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file with the number of the process (setting {@code pidfile}): there while it runs. */
final class PidFile {
    private static final Logger LOG = LoggerFactory.getLogger(PidFile.class);

    private final Path file;
    private final String content;

    private PidFile(Path file, String content) {
        this.file = file;
        this.content = content;
    }

    /**
     * Writes it.
     *
     * @throws IOException if it cannot be written, or another process that is alive has its number in it; the text says which
     */
    static PidFile write(Path file) throws IOException {
        long own = ProcessHandle.current().pid();
        String content = own + "\n";
        Long other = owner(file);
        if (other != null && other != own) {
            if (ProcessHandle.of(other).map(ProcessHandle::isAlive).orElse(false)) {
                throw new IOException("pidfile " + file + " names process " + other
                        + ", which is alive: is another PgWeir running? If not, remove the file");
            }
            LOG.info("stale pidfile {}, removing it", file);
        }
        try {
            Files.writeString(
                    file,
                    content,
                    StandardCharsets.US_ASCII,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("pidfile cannot be written: " + e, e);
        }
        return new PidFile(file, content);
    }

    /** The number in it; null if there is no such file. What is no number belongs to nobody. */
    private static @Nullable Long owner(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        if (text.isEmpty()) {
            return null;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new IOException("pidfile " + file + " has something else than the number of a process in it");
        }
        return Long.valueOf(text);
    }

    /** Removes it, unless it has become another process's. */
    void remove() {
        try {
            if (Files.exists(file)
                    && Files.readString(file, StandardCharsets.ISO_8859_1).equals(content)) {
                Files.delete(file);
            }
        } catch (IOException e) {
            LOG.warn("pidfile could not be removed: {}", e.toString());
        }
    }
}
