package dev.pgweir.config.setting;

import dev.pgweir.config.value.Choice;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One word of several.
 *
 * @param possible the choices that can be had
 * @param impossible choices that are known but would be a false promise in this version
 * @param reason why those are refused
 */
record ChoiceType<E extends Choice>(List<E> possible, List<E> impossible, String reason) implements SettingType<E> {

    ChoiceType {
        possible = List.copyOf(possible);
        impossible = List.copyOf(impossible);
    }

    @Override
    public E parse(String text) {
        for (E choice : possible) {
            if (choice.text().equalsIgnoreCase(text)) {
                return choice;
            }
        }
        boolean known = impossible.stream().anyMatch(choice -> choice.text().equalsIgnoreCase(text));
        throw new IllegalArgumentException(Quote.of(text)
                + (known ? " is refused because " + reason : " is not one of the choices")
                + ", accepted: "
                + accepted());
    }

    @Override
    public String format(E value) {
        return value.text();
    }

    @Override
    public String accepted() {
        return possible.stream().map(Choice::text).collect(Collectors.joining(", "));
    }
}
